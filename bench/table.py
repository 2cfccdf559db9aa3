"""The figures of bench.jsonl as a table; fails when one misses its limit."""
import json
import sys

rows = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
print()
for row in rows:
    name = row["figure"] + (f" ({row['data']})" if row.get("data") else "")
    limit = f"{row['limit']:g}" if row.get("limit") is not None else ""
    verdict = {True: "ok", False: "MISSED", None: ""}[row.get("ok")]
    print(f"{name:78.78} {row['value']:>12,.2f} {row['unit']:12} {limit:>8} {verdict}")
missed = sum(row.get("ok") is False for row in rows)
print(f"\n{len(rows)} figures, {missed} missed")
sys.exit(1 if missed else 0)
