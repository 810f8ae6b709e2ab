"""What scripts/fault-test asks of the files that a disturbed run leaves."""
import csv
import io
import json
import os
import re
import struct

CLOCKS = {"seconds", "settle_seconds"}
# Members of JSON that name places or measure time.
CIRCUMSTANCES = CLOCKS | {"session_seconds", "run", "parameters", "versions", "sweep"}


class Defect(Exception):
    pass


def tree(folder):
    return sorted(
        os.path.relpath(os.path.join(place, name), folder)
        for place, _, names in os.walk(folder) for name in names)


def sizes(folder):
    return {name: os.path.getsize(os.path.join(folder, name)) for name in tree(folder)}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def rows(data):
    """The rows of a table; raises where it ends within one."""
    if not data:
        return []
    if not data.endswith(b"\n"):
        raise ValueError("it ends within a row")
    all_rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    # The files of figures separate curves by empty lines.
    widths = {len(row) for row in all_rows if row}
    if len(widths) > 1:
        raise ValueError(f"it has rows of {sorted(widths)} fields")
    return all_rows


def tensors(data):
    """Metadata, and type, shape and bytes of each tensor; raises where one is not whole."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    body = data[8 + length:]
    found = {}
    end = 0
    for name, entry in header.items():
        start, stop = entry["data_offsets"]
        found[name] = (entry["dtype"], entry["shape"], body[start:stop])
        end = max(end, stop)
    if end != len(body):
        raise ValueError(f"its header speaks of {end} bytes, {len(body)} are there")
    return metadata, found


def whole(path):
    """Raises where a file is not whole."""
    data = read(path)
    kind = os.path.splitext(path)[1]
    if kind == ".json":
        json.loads(data)
    elif kind == ".csv":
        rows(data)
    elif kind == ".safetensors":
        tensors(data)
    elif kind == ".svg" and not data.rstrip().endswith(b"</svg>"):
        raise ValueError("the picture is cut short")
    elif kind == ".png" and not data.endswith(b"IEND\xaeB`\x82"):
        raise ValueError("the picture is cut short")
    elif kind in (".yaml", ".gp") and not data.endswith(b"\n"):
        raise ValueError("it is cut short")


def folder(path, killed, fail):
    """Every file is whole; but after SIGKILL, nothing else lies there."""
    for name in tree(path):
        base = os.path.basename(name)
        # The logs of a sweep hold what its runs said, and a run that is ended says nothing more.
        if base.startswith(".settle-") or base == ".lock":
            if not killed:
                fail(f"{name} was left behind")
            continue
        if name.startswith("logs/"):
            continue
        try:
            whole(os.path.join(path, name))
        except (ValueError, KeyError, struct.error, UnicodeDecodeError) as error:
            fail(f"{name}: {error}")


def reported(path, text, fail):
    """What was said to be written is there."""
    epochs = [int(n) for n in re.findall(r"^epoch +(\d+)", text, re.M)]
    if epochs:
        table = rows(read(os.path.join(path, "metrics.csv")))
        column = table[0].index("epoch")
        there = {int(float(row[column])) for row in table[1:]}
        if missing := set(epochs) - there:
            fail(f"metrics.csv has no row of the epochs {missing}, which were reported")
    ended = re.findall(r"^\[\d+/\d+\] (\d+) ", text, re.M)
    if ended:
        table = rows(read(os.path.join(path, "sweep.csv")))
        if missing := set(ended) - {row[0] for row in table[1:]}:
            fail(f"sweep.csv has no row of {missing}, which were reported")
    for name in re.findall(r"^drew (\S+\.(?:svg|png|pdf))$", text, re.M):
        if not os.path.exists(name):
            fail(f"{name} was reported and is not there")
    for place, names in re.findall(r"^wrote (\S+)/\{([^}]*)\}", text, re.M):
        for name in names.split(","):
            if not os.path.exists(os.path.join(place, name)):
                fail(f"{name} was reported and is not there")


def status(path, allowed, fail):
    """What the manifest says of an interrupted run; None: it was ended before it had one."""
    try:
        found = json.loads(read(os.path.join(path, "manifest.json")))["status"]
    except FileNotFoundError:
        found = None
    if found not in allowed:
        fail(f"the manifest says {found}")


def results(path, names):
    """What two runs must have in common, bit for bit."""
    found = {}
    for name in names:
        file = os.path.join(path, name)
        if not os.path.exists(file):
            found[name] = None
        elif name.endswith(".csv"):
            table = rows(read(file))
            kept = [k for k, column in enumerate(table[0]) if column not in CLOCKS] if table else []
            found[name] = [[row[k] for k in kept] if row else row for row in table
                           if not row or not set(row) & CLOCKS or row is table[0]]
        elif name.endswith(".json"):
            found[name] = without_circumstances(json.loads(read(file)))
        elif name.endswith(".safetensors"):
            found[name] = tensors(read(file))
        else:
            found[name] = read(file)
    return found


def difference(found, calm):
    """The names of the results that differ."""
    return [name for name in calm if found[name] != calm[name]]


def without_circumstances(value):
    if isinstance(value, dict):
        return {key: without_circumstances(item) for key, item in value.items()
                if key not in CIRCUMSTANCES}
    if isinstance(value, list):
        return [without_circumstances(item) for item in value]
    return value


def lock(path):
    """Makes a folder and all below it read-only."""
    for place, folders, _ in os.walk(path, topdown=False):
        for name in folders:
            os.chmod(os.path.join(place, name), 0o555)
    if os.path.isdir(path):
        os.chmod(path, 0o555)


def unlock(path):
    if os.path.isdir(path):
        os.chmod(path, 0o755)
    for place, folders, _ in os.walk(path):
        for name in folders:
            os.chmod(os.path.join(place, name), 0o755)
