"""The rate limiter in Python: complete TokenBucket.acquire; at level 2, the four classes below it.

README.md, beside the stub, is the question. Everything below the classes speaks the script
protocol (docs/protocols.md) and needs no change.
"""
import os
import socket
import sys

CONTRACT_VERSION = 1


class TokenBucket:
    """Holds `capacity` tokens for each key, and regains one every `emission_interval` ns."""

    def __init__(self, capacity, emission_interval):
        self.capacity = capacity
        self.emission_interval = emission_interval

    def acquire(self, now, key, cost):
        """Takes `cost` tokens from the bucket of `key` at the time `now`, or denies.

        Returns (admitted, remaining, retry_after): retry_after is in ns for a denial that waiting
        can cure, and None otherwise.
        """
        # Three questions to begin with:
        #   How many tokens does the bucket of `key` hold now? (A new one is full.)
        #   Are they enough for `cost`?
        #   What has to be remembered until the next call?
        raise NotImplementedError("TokenBucket.acquire")


# Level 2: algorithms.hpp, beside the stub, says what each has to answer. Their clock may go back.


class Gcra:
    """Answers as TokenBucket does, and keeps one time for each key."""

    def __init__(self, capacity, emission_interval):
        self.capacity = capacity
        self.emission_interval = emission_interval

    def acquire(self, now, key, cost):
        raise NotImplementedError("Gcra.acquire")


class FixedWindow:
    """Admits `limit` in each window [k * window, (k + 1) * window) of the clock."""

    def __init__(self, limit, window):
        self.limit = limit
        self.window = window

    def acquire(self, now, key, cost):
        raise NotImplementedError("FixedWindow.acquire")


class SlidingLog:
    """Admits `limit` in any window: what was admitted at s counts until s + window."""

    def __init__(self, limit, window):
        self.limit = limit
        self.window = window

    def acquire(self, now, key, cost):
        raise NotImplementedError("SlidingLog.acquire")


class SlidingCounter:
    """Admits while current + previous * (window - elapsed) / window + cost <= limit."""

    def __init__(self, limit, window):
        self.limit = limit
        self.window = window

    def acquire(self, now, key, cost):
        raise NotImplementedError("SlidingCounter.acquire")


# Level 6: hierarchy.hpp, beside the stub, says what a tree promises.


class Tree:
    """Organisations that share their quota among keys, which have routes.

    `organisations` is a list of {"name", "quota", "keys"}, a key is {"name", "weight", "quota",
    "routes"}, a route {"name", "price", "quota"}, and a quota {"tokens", "period", "capacity",
    "dark"}: `tokens` in each `period` ns.
    """

    def __init__(self, organisations):
        self.organisations = organisations

    def acquire(self, now, key, route, cost):
        """Returns (admitted, denied_by, retry_after).

        denied_by is "organisation", "key" or "route" for a denial, retry_after is in ns for one
        that waiting can cure; None otherwise.
        """
        raise NotImplementedError("Tree.acquire")

    def would_have_denied(self, node, key, route):
        """How many calls the node ("organisation", "key" or "route") did not deny, being dark."""
        raise NotImplementedError("Tree.would_have_denied")


ALGORITHMS = {"gcra": Gcra, "fixed_window": FixedWindow, "sliding_log": SlidingLog,
              "sliding_counter": SlidingCounter}


def in_words(admitted, remaining, retry_after):
    words = f"{'admitted' if admitted else 'denied'} {remaining}"
    if retry_after is not None:
        return f"{words} {retry_after}"
    return words if admitted else f"{words} never"


def tree_in_words(admitted, denied_by, retry_after):
    if admitted:
        return "admitted"
    return f"denied {denied_by} {'never' if retry_after is None else retry_after}"


def organisations_of(words):
    """A tree from its words: each node names its kind, and follows the one that it belongs to."""
    organisations, words = [], iter(words)
    for kind in words:
        node = {"name": next(words)}
        if kind == "organisation":
            organisations.append(node)
            node["keys"] = []
        elif kind == "key":
            organisations[-1]["keys"].append(node)
            node["weight"], node["routes"] = int(next(words)), []
        else:
            organisations[-1]["keys"][-1]["routes"].append(node)
            node["price"] = int(next(words))
        node["quota"] = {"tokens": int(next(words)), "period": int(next(words)),
                         "capacity": int(next(words)), "dark": next(words) == "dark"}
    return organisations


def where(error):
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    file = os.path.basename(trace.tb_frame.f_code.co_filename)
    return f"{os.path.join(os.environ.get('ASSAY_FOLDER', ''), file)}:{trace.tb_lineno}"


def answer(state, words):
    if words[0] == "limiter":
        make = ALGORITHMS[words[1]] if len(words) == 4 else TokenBucket
        state["limiter"] = make(int(words[-2]), int(words[-1]))
        return "ok"
    if words[0] == "acquire":
        return in_words(*state["limiter"].acquire(int(words[1]), words[2], int(words[3])))
    if words[0] == "tree":
        state["tree"] = Tree(organisations_of(words[1:]))
        return "ok"
    if words[0] == "spend":
        return tree_in_words(*state["tree"].acquire(int(words[1]), *words[2:4], int(words[4])))
    if words[0] == "would_have_denied":
        return str(state["tree"].would_have_denied(*words[1:]))
    return f"error unknown operation: {words[0]}"


def safe_answer(state, words):
    try:
        return answer(state, words)
    except NotImplementedError as error:
        return f"not-implemented {error} at {where(error)}"
    except Exception as error:  # the grader wants to hear of it, and goes on
        return f"threw {type(error).__name__} at {where(error)}: {error}".replace("\n", " ")


def main():
    # Two files for one socket: a text file that is read and written drops what it has read ahead.
    channel = socket.socket(fileno=int(os.environ["ASSAY_FD"]))
    asked, answers = channel.makefile("r", newline="\n"), channel.makefile("w", newline="\n")
    state, held_back = {}, 0  # held_back: operations of a trace whose answers may wait
    for line in asked:
        words = line.split()
        if words[0] == "assay":
            answers.write(f"ready {CONTRACT_VERSION}\n")
        elif words[0] == "trace":
            held_back = int(words[1])
            continue
        elif words[0] == "end":
            answers.write(line)
            answers.flush()
            return
        else:
            answers.write(safe_answer(state, words) + "\n")
        held_back = max(0, held_back - 1)
        if held_back == 0:
            answers.flush()


if __name__ == "__main__":
    sys.exit(main())
