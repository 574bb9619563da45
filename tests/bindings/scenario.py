"""Drives the Python binding through scenario.txt against a live centre.

Usage: scenario.py JOB SCENARIO   (JOB: `key=value` lines: folder, code.a, code.b, roots, track, photo)
Prints what it delivered, then `ok N` when every line held; any other end is a failure.
"""

import asyncio
import gc
import hashlib
import json
import os
import resource
import sys
import threading
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import tala_mobile as tala


class SoftKeystore(tala.Keystore):
    """An Ed25519 key in memory, which can be locked."""

    def __init__(self, seed):
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        self.locked = False

    def kind(self):
        return tala.KeyKind.ED25519

    def public_key(self):
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    async def sign(self, message):
        await asyncio.sleep(0)
        if self.locked:
            raise tala.KeystoreError.Locked()
        return self.key.sign(message)


class Clock(tala.Device):
    def elapsed_ms(self):
        return time.monotonic_ns() // 1_000_000

    def boot(self):
        return 7

    def battery_pct(self):
        return 64


class Ear(tala.Listener):
    def __init__(self):
        self.heard = 0

    def changed(self, version):
        self.heard += 1


class Actor:
    """One phone of the scenario, with the verbs of its lines."""

    def __init__(self, name, job, loop):
        self.name, self.job, self.loop = name, job, loop
        self.keystore = SoftKeystore(hashlib.sha256(name.encode()).digest())
        self.ear = Ear()
        self.phone = None
        self.incident = None
        self.call_id = None
        self.durable = 0
        with open(job["track"], encoding="ascii") as lines:
            self.fixes = [fix(line) for line in list(lines)[1:]]

    def do_open(self):
        options = tala.OpenOptions(
            folder=os.path.join(self.job["folder"], self.name), roots_pem=self.roots()
        )
        self.phone = tala.Phone.open(options, self.keystore, Clock(), self.ear)

    def roots(self):
        path = self.job.get("roots", "")
        return open(path, "rb").read() if path else None

    def do_enrol(self, code=None):
        self.phone.enrol(code or self.job["code." + self.name], "Python " + self.name)
        assert self.phone.opened().enrolled

    def do_start(self, transport, title=None):
        self.phone.start_patrol(patrol(transport, title))

    def do_track(self, first, last, batch):
        part = self.fixes[int(first) : int(last)]
        size = int(batch)
        for at in range(0, len(part), size):
            done = self.phone.deliver_batch(part[at : at + size])
            assert done.durable + done.thinned == len(part[at : at + size]), done
            self.durable += done.durable

    def do_one(self, number):
        self.durable += self.phone.deliver(self.fixes[int(number)]).durable

    def do_recording(self, state=None):
        shown = self.phone.recording()
        if state == "none":
            assert shown is None, shown
        elif state is not None:
            assert (shown.state, shown.fixes) == (state, self.durable), (shown, self.durable)

    def do_kill(self):
        self.phone = None
        gc.collect()

    def do_interrupted(self, cause):
        assert self.phone.opened().interrupted == cause, self.phone.opened()

    def do_pause(self):
        assert self.phone.pause().state == "paused"

    def do_resume(self):
        assert self.phone.resume().state == "recording"

    def do_leg(self, transport):
        assert self.phone.change_leg(transport).transport == transport

    def do_stop(self):
        assert self.phone.stop_patrol().state == "ended"

    def do_report(self, category, title):
        made = self.phone.report(incident(category=category, title=title))
        self.incident = self.incident or made

    def do_attach(self, _):
        path = self.job["photo"]
        facts = tala.FileIn(media_type="image/jpeg", taken_ms=None, place=None, title=None)
        with open(path, "rb") as photo:
            wanted = hashlib.sha256(photo.read()).hexdigest()
        assert self.phone.attach(self.incident, path, facts).endswith(wanted)

    def do_message(self):
        page = json.loads(self.phone.call(json.dumps({"do": "incident", "id": self.incident})))
        assert page["ok"]["id"] == self.incident, page
        refused = json.loads(self.phone.call("no message"))
        assert refused["error"]["code"] == "unread", refused

    def do_sync(self):
        run = self.phone.start_sync(tala.SyncAsk(by_officer=True, weak=False, originals=True))
        done = self.loop.run_until_complete(run.finished())
        assert done.done and done.round_trips > 0 and run.progress() == done, done

    def do_cancel(self):
        run = self.phone.start_sync(tala.SyncAsk(by_officer=True, weak=False, originals=True))
        run.cancel()
        try:
            self.loop.run_until_complete(run.finished())
        except tala.TalaError.Cancelled:
            return
        raise AssertionError("a cancelled sync ended as if it were not")

    def do_take(self):
        mine = [line.id for line in self.phone.incidents()]
        assert len(mine) == 1, mine
        self.incident = mine[0]

    def do_title(self, title):
        self.phone.edit_incident(self.incident, incident(title=title))

    def do_titled(self, title):
        page = self.phone.incident(self.incident)
        assert page.title == title and not page.conflicts, page

    def conflict(self, field):
        page = self.phone.incident(self.incident)
        return next(line for line in page.conflicts if line.field == field)

    def do_conflict(self, field, values):
        assert len(self.conflict(field).values) == int(values)

    def do_choose(self, field, value):
        said = [json.loads(choice.value) for choice in self.conflict(field).values]
        self.phone.choose(self.incident, field, said.index(value))

    def do_lock(self):
        self.keystore.locked = True

    def do_unlock(self):
        self.keystore.locked = False

    def do_waiting(self):
        states = {line.whereabouts for line in self.phone.hand_over().records}
        assert "waiting_for_key" in states, states

    def do_sos(self, note):
        self.call_id = self.phone.sos(note, 0)
        assert not self.phone.sos_state(self.call_id).at_centre

    def do_called(self):
        assert self.phone.sos_state(self.call_id).at_centre

    def do_sos_state(self, call):
        self.phone.sos_state(call)

    def do_safe(self):
        page = self.phone.hand_over()
        assert not page.unproved, page

    def do_version(self):
        self.phone.version()

    def do_panic(self):
        try:
            self.phone.probe_panic()
        except tala.InternalError:
            return
        raise AssertionError("a panic was no exception")

    def do_concurrent(self, calls):
        failed = []

        def one():
            try:
                self.phone.hand_over()
                self.phone.probe_noop(1)
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=one) for _ in range(int(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed, failed[0]

    def do_leak(self, calls):
        def some(count):
            for number in range(count):
                assert self.phone.probe_noop(number) == number
                if number % 10 == 0:
                    self.phone.incidents()

        some(2_000)
        before = resident_kib()
        some(int(calls))
        grown = resident_kib() - before
        assert grown < 16 * 1024, f"{grown} KiB more after {calls} calls"

    def do_close(self):
        self.phone.turn_off()
        assert self.ear.heard > 0

    def do_fails(self, error, verb, *arguments):
        wanted = getattr(tala.TalaError, error)
        try:
            getattr(self, "do_" + verb.replace("-", "_"))(*arguments)
        except wanted:
            return
        raise AssertionError(f"{verb} did not fail with {error}")


def fix(line):
    """A row of `t_ms,lat_e7,lon_e7,alt_dm,acc_dm,speed_cms,bearing_deg`; empty is missing."""
    cells = line.rstrip("\n").split(",")
    part = lambda at, by: int(cells[at]) / by if cells[at] else None
    return tala.FixIn(
        time_ms=int(cells[0]),
        lat=int(cells[1]) / 1e7,
        lon=int(cells[2]) / 1e7,
        alt_m=part(3, 10),
        acc_m=part(4, 10),
        speed_ms=part(5, 100),
        bearing_deg=part(6, 1),
        provider=0,
        satellites=None,
        mock=False,
        mono_ms=None,
    )


def patrol(transport, title):
    return tala.PatrolIn(
        transport=transport,
        title=title,
        purpose=None,
        campaign=None,
        plan=None,
        declared_return_ms=None,
        team=[],
    )


def incident(category=None, title=None):
    return tala.IncidentIn(
        category=category,
        title=title,
        narrative=None,
        severity=None,
        shape=None,
        offset=None,
        heads=[],
        campaign=None,
        occurred_ms=None,
    )


def resident_kib():
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[1]) * resource.getpagesize() // 1024


def bench(actor):
    """What a call costs, and what a thousand fixes cost."""
    actor.do_open()
    actor.do_enrol()
    actor.do_start("horse")
    calls = 20_000
    start = time.perf_counter()
    for number in range(calls):
        actor.phone.probe_noop(number)
    noop_us = (time.perf_counter() - start) / calls * 1e6
    start = time.perf_counter()
    actor.phone.deliver_batch(actor.fixes[:1000])
    fixes_ms = (time.perf_counter() - start) * 1e3
    print(json.dumps({"noop_us": round(noop_us, 2), "fixes_1000_ms": round(fixes_ms, 2)}))


def main():
    job = dict(line.rstrip("\n").split("=", 1) for line in open(sys.argv[1], encoding="utf-8"))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    actors = {name: Actor(name, job, loop) for name in "ab"}
    if sys.argv[2] == "--bench":
        return bench(actors["a"])
    done = 0
    for number, line in enumerate(open(sys.argv[2], encoding="utf-8"), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        who, verb, *arguments = words
        try:
            getattr(actors[who], "do_" + verb.replace("-", "_"))(*arguments)
        except Exception as error:
            raise SystemExit(f"line {number}: {line.strip()}: {error!r}") from error
        done += 1
    print(f"fixes {actors['a'].durable}")
    print(f"incident {actors['a'].incident}")
    print(f"ok {done}")


main()
