"""The rows of a run, beside what is asked and beside the last runs."""
import dataclasses, json, statistics

# So many runs before this one are looked at, and a figure that is worse by so much than their median is shown.
KEPT, FALL = 5, 0.1


@dataclasses.dataclass
class Row:
    """A figure, what it is judged by and what is asked: `ours` against the peer as `ratio`, or by itself where there is no peer."""
    name: str
    ours: float
    unit: str
    asked: tuple = None
    peer: float = None
    ratio: float = None

    def __post_init__(self):
        if self.peer is not None and self.ratio is None:
            self.ratio = self.ours / self.peer if self.peer else 0

    @property
    def judged(self):
        return self.ours if self.ratio is None else self.ratio

    @property
    def less_is_better(self):
        return self.asked[0] == "≤" if self.asked else self.unit not in ("jobs/s", "/s")

    @property
    def is_met(self):
        return None if not self.asked else self.judged <= self.asked[1] if self.less_is_better else self.judged >= self.asked[1]

    def change(self, before):
        """The change against the median of the runs before, as text; a fall of a tenth is marked."""
        if not before or not self.judged or not statistics.median(before):
            return ""
        share = self.judged / statistics.median(before) - 1
        is_fall = share >= FALL if self.less_is_better else share <= -FALL
        return f"{share:+.0%}" + (" FALL" if is_fall else "")


def paired(name, rounds, unit, asked=None, of="jobs_per_second", peer="peer"):
    """A row of the medians over rounds; its ratio is the median of the rounds' own ratios. A round is a dictionary of figures by program."""
    ours, theirs = ([each[who][of] for each in rounds] for who in ("host", peer))
    ratio = statistics.median(one / other if other else 0 for one, other in zip(ours, theirs))
    return Row(name, statistics.median(ours), unit, asked, statistics.median(theirs), ratio)


def history(path, mode):
    """What the last runs of the same mode found, by row."""
    found = {}
    if path.exists():
        runs = [json.loads(line) for line in path.read_text().splitlines()]
        for run in [run for run in runs if run["mode"] == mode]:
            for name, value in run["rows"].items():
                found[name] = (found.get(name, []) + [value])[-KEPT:]
    return found


def keep(path, mode, at, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as out:
        out.write(json.dumps({"at": at, "mode": mode, "rows": {row.name: row.judged for row in rows}}) + "\n")


def number(value):
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def show(rows, before):
    heads = ("", "Fairlead", "peer", "", "ratio", "asked", "met", "change")
    lines = [heads]
    for row in rows:
        asked = f"{row.asked[0]} {row.asked[1]:g}" if row.asked else ""
        met = {None: "", True: "yes", False: "NO"}[row.is_met]
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        lines.append((row.name, number(row.ours), number(row.peer), row.unit, ratio, asked, met, row.change(before.get(row.name, []))))
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        cells = [text.rjust(width) if 0 < column < 5 and column != 3 else text.ljust(width) for column, (text, width) in enumerate(zip(line, widths))]
        print("  ".join(cells).rstrip())
