"""`make bench`: figures of a binary as ratios to what the disk does by itself in the same minutes.

Each product figure stands between two figures of the disk; the ratio is to their mean, and the median of the rounds is printed.
Everything lies in one fresh folder, and nothing in it is deleted before the end: ext4 is slow for a while after mass deletion.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from server import Server
from strace import CALLS, operations

BINARY = sys.argv[1]
WANTED = set(sys.argv[2:]) or set("abcde")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
RUNS = int(os.environ.get("BENCH_RUNS", "1500"))
TOOLS = os.environ.get("BENCH_TOOLS") or os.path.join(os.path.dirname(os.path.abspath(__file__)), ".build/release")
table = []
folders = 0


def fresh(name):
    global folders
    folders += 1
    path = f"{ROOT}/{name}{folders}"
    os.mkdir(path)
    return path


def tool(name, *arguments):
    done = subprocess.run([f"{TOOLS}/{name}", *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def disk(kind, *arguments):
    return float(tool("disk", kind, fresh("disk"), *arguments))


def note(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def row(what, figure, goal, met):
    table.append((what, figure, goal, "yes" if met else "NO"))


def median(values):
    return statistics.median(values)


def submits_and_runs():
    """a and b: one server, submits at 64 connections, and the same runs worked to their end."""
    submit_ratios, run_ratios, p99s, rates, appends, files = [], [], [], [], [], []
    server = Server(BINARY, fresh("many"))
    tool("http", "submit", server.port, 64, 200)
    server.wait_until_idle()
    for _ in range(ROUNDS):
        append, file = [disk("append", 1.5)], [disk("files", 64, 2)]
        start = time.monotonic()
        rate, p50, p99, failed = map(float, tool("http", "submit", server.port, 64, RUNS).split())
        server.wait_until_idle()
        runs = RUNS / (time.monotonic() - start)
        append.append(disk("append", 1.5))
        file.append(disk("files", 64, 2))
        count = files_of_a_run(server.data)
        submit_ratios.append(rate / statistics.mean(append))
        run_ratios.append(runs * count / statistics.mean(file))
        p99s.append(p99)
        rates.append((rate, runs))
        appends += append
        files += file
        note(f"submits {rate:.0f}/s (p50 {p50:.1f}, p99 {p99:.1f} ms, {failed:.0f} refused), runs {runs:.0f}/s × {count} files; "
             f"disk: {append[0]:.0f} and {append[1]:.0f} appends/s, {file[0]:.0f} and {file[1]:.0f} files/s")
    server.stop()
    row("a  text-only runs/s × files ÷ disk's files/s, 64 submitters", f"{median(run_ratios):.2f}", "≥ 0.9", median(run_ratios) >= 0.9)
    row("b  POST /api/runs ÷ disk's appends/s, 64 connections", f"{median(submit_ratios):.2f}", "≥ 0.3", median(submit_ratios) >= 0.3)
    row("b  POST /api/runs p99, workers busy", f"{median(p99s):.0f} ms", "≤ 100 ms", median(p99s) <= 100)
    note(f"noise: appends {min(appends):.0f} to {max(appends):.0f}/s, files {min(files):.0f} to {max(files):.0f}/s")


def files_of_a_run(data):
    for folder, _, names in os.walk(f"{data}/archive/runs"):
        if "metadata.json" in names:
            return len(names)
    return 0


def one_alone():
    """c: one run alone, from POST to its last event, against its own operations on files and database."""
    traced = fresh("traced")
    trace = f"{traced}.strace"
    server = Server(BINARY, traced)
    tool("http", "run", server.port, 3)
    tracer = subprocess.Popen(
        ["strace", "-f", "-q", "-o", trace, "-e", f"trace={CALLS}", "-p", str(server.process.pid)], stderr=subprocess.DEVNULL
    )
    time.sleep(1)
    tool("http", "run", server.port, 1)
    time.sleep(0.3)
    tracer.terminate()
    tracer.wait()
    lines, syncs, commits = operations(trace, traced)
    server.stop()
    note(f"one run: {syncs} syncs of files and folders, {commits} of the database's log, {len(lines)} operations")
    if not lines:
        row("c  one run alone, more than its own operations", "strace not allowed", "≤ 3 ms", False)
        return
    server = Server(BINARY, fresh("alone"))
    tool("http", "run", server.port, 20)
    more = []
    # Many short rounds, as the disk of a shared machine changes from one second to the next.
    for _ in range(ROUNDS * 3):
        before = replay(lines)
        _, p50, p99, _ = map(float, tool("http", "run", server.port, 30).split())
        after = replay(lines)
        more.append(p50 - statistics.mean([before, after]))
        note(f"one run: p50 {p50:.2f}, p99 {p99:.2f} ms; its operations alone {before:.2f} and {after:.2f} ms")
    server.stop()
    row("c  one run alone, more than its own operations, p50", f"{median(more):.2f} ms", "≤ 3 ms", median(more) <= 3)


def replay(lines):
    folder = fresh("replay")
    paths = [path.split("/") for line in lines if line[0] in "cmrws" for path in line.split()[1:3] if "/" in path]
    parents = {"/".join(path[:depth]) for path in paths for depth in range(1, len(path))}
    for parent in sorted(parents):
        if "%" not in parent:
            os.makedirs(f"{folder}/{parent}", exist_ok=True)
    path = f"{folder}.operations"
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return float(tool("disk", "replay", folder, path, 15))


def memory():
    """d: 10,000 queued runs; one works, so that the others wait."""
    server = Server(BINARY, fresh("queue"), {"limits": {"concurrent_runs": 1}})
    idle = server.memory_mb("VmRSS")
    tool("http", "submit", server.port, 64, 10_000)
    while (missing := 10_000 - server.counts()["queued"]) > 0:
        tool("http", "submit", server.port, 64, missing + 50)
    now, most = server.memory_mb("VmRSS"), server.memory_mb("VmHWM")
    note(f"memory: {idle:.0f} MB idle, {now:.0f} MB with {server.counts()['queued']} queued, at most {most:.0f} MB")
    server.kill()
    row("d  memory with 10,000 queued runs, its highest", f"{most:.0f} MB", "≤ 150 MB", most <= 150)


def lists():
    """e: a database of many runs; lists are timed in the store, as no route has them yet."""
    data = fresh("rows")
    server = Server(BINARY, data)
    tool("http", "run", server.port, 1)
    server.stop()
    start = time.monotonic()
    tool("rows", f"{data}/atelier.db", ROWS)
    size = os.path.getsize(f"{data}/atelier.db") / 1e9
    note(f"{ROWS} runs written in {time.monotonic() - start:.0f} s, {size:.1f} GB")
    ready = []
    for _ in range(5):
        server = Server(BINARY, data)
        ready.append(server.ready_ms)
        server.stop()
    labels = {"first": ("first page", 20), "deep": ("deep page", 20), "filter": ("one filter", 20), "word": ("a word", 100),
              "common-word": ("a word of very many runs", 100), "three": ("three filters", 100)}
    for line in tool("lists", f"{data}/atelier.db", 200).splitlines():
        name, p50, p99, found = line.split()
        label, goal = labels[name]
        note(f"{label}: p50 {float(p50):.1f} ms, p99 {float(p99):.1f} ms, {found} runs a page")
        row(f"e  {ROWS} runs: {label}, p99", f"{float(p99):.1f} ms", f"≤ {goal} ms", float(p99) <= goal)
    note("ready: " + ", ".join(f"{value:.0f}" for value in ready) + " ms")
    row(f"e  ready with {ROWS} runs (median of {len(ready)} starts)", f"{median(ready):.0f} ms", "≤ 150 ms", median(ready) <= 150)


def show():
    widths = [max(len(line[column]) for line in table) for column in range(4)]
    for line in [("figure", "measured", "goal", "met"), *table]:
        print("  ".join(text.ljust(max(width, 8)) for text, width in zip(line, widths)).rstrip())


place = os.environ.get("BENCH_DIR", "/var/tmp")
ROOT = tempfile.mkdtemp(prefix="atelier-bench.", dir=place)
try:
    # A top folder's children are spread over the disk; not every file system knows it.
    subprocess.run(["chattr", "+T", ROOT], check=False, stderr=subprocess.DEVNULL)
    started = time.monotonic()
    parts = {"a": submits_and_runs, "c": one_alone, "d": memory, "e": lists}
    if "b" in WANTED:
        WANTED.add("a")
    for letter, part in parts.items():
        if letter in WANTED:
            part()
    note(f"took {time.monotonic() - started:.0f} s; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    show()
finally:
    if "BENCH_KEEP" not in os.environ:
        shutil.rmtree(ROOT, ignore_errors=True)
