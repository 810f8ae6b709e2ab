#!/bin/sh
# The weights that the benchmarks use: the paper's trainings of its two MNIST networks (30 epochs, seed 1), kept after
# 0, 60, 100, 1000 and all updates under weights/, with their hashes. Takes an hour or less.
#
#   SETTLE_DATA=/folder/with/mnist benchmarks/weights.sh
set -eu
cd "$(dirname "$0")"
# What the product has been built into serves here too.
swift build -c release --scratch-path ../.build --product settle-bench
for network in rnn ff; do
  ../.build/release/settle-bench weights models/mnist-$network.yaml --after 0,60,100,1000 --output weights |
    tee weights-$network.log
done
