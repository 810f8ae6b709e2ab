import SettleCommand

SettleCommand.run()
