"""The operations on files and database of one run, read off a server with strace, for `disk replay` to do them again."""

import re

CALLS = "openat,mkdir,write,pwrite64,fsync,fdatasync,rename,renameat2,close"


def operations(trace, data):
    """Lines for `disk replay`, and how many syncs and commits there were.

    `%` stands for the run, so that each repetition works on files of its own.
    """
    lines, open_files, unfinished = [], {}, {}
    syncs = commits = 0
    for line in open(trace, errors="replace"):
        thread, _, call = line.strip().partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            unfinished[thread] = call.removesuffix("<unfinished ...>").strip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", call)
        if resumed:
            call = unfinished.pop(thread, "") + resumed.group(1)
        match = re.match(r"(\w+)\((.*)\)\s*= (-?\d+)", call)
        if not match or int(match.group(3)) < 0:
            continue
        name, arguments, result = match.group(1), match.group(2), int(match.group(3))
        texts = re.findall(r'"([^"]*)"', arguments)
        number = int(arguments.split(",")[0]) if arguments.split(",")[0].isdigit() else -1
        if name == "openat":
            open_files[result] = texts[0] if texts else ""
            if "O_CREAT" in arguments and texts and "/archive/" in texts[0]:
                lines.append(f"c {short(texts[0], data)}")
        elif name == "close":
            open_files.pop(number, None)
        elif name == "mkdir":
            lines.append(f"m {short(texts[0], data)}")
        elif name in ("rename", "renameat2"):
            lines.append(f"r {short(texts[0], data)} {short(texts[1], data)}")
        elif name == "pwrite64":
            lines.append(f"l {result}")
        elif name == "fdatasync":
            lines.append("L")
            commits += 1
        elif name == "write" and "/archive/" in open_files.get(number, ""):
            lines.append(f"w {short(open_files[number], data)} {result}")
        elif name == "fsync" and number in open_files:
            lines.append(f"s {short(open_files[number], data)}")
            syncs += 1
    return lines, syncs, commits


def short(path, data):
    path = path.removeprefix(data + "/")
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "run%", path)
