"""Drives the Python binding through scenario.txt, or at-rest.txt, against a live centre.

Usage: scenario.py JOB SCENARIO | scenario.py JOB --bench
(JOB: `key=value` lines: folder, code.a, code.b, track, photo)
Prints what it delivered, then `ok N` when every line held; any other end is a failure. At `kill` it
writes JOB.resume and kills itself; started again, it goes on from there.

Everything runs on one event loop in one thread, the keystore too: whatever of the library waited for the
keystore on the caller's thread would wait for ever.
"""

import asyncio
import gc
import hashlib
import inspect
import json
import os
import resource
import signal
import statistics
import sys
import threading
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import tala_mobile as tala

# What 100,000 calls may add to the process, and what a planted leak must add to it.
GROWTH_MAX_KIB = 4 * 1024
PLANTED_KIB = 32 * 1024
SYNC = {"by_officer": True, "weak": False, "originals": True}


class SoftKeystore(tala.Keystore):
    """An Ed25519 key in memory, which can be locked, and held up."""

    def __init__(self, seed):
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        self.locked = False
        self.held = False
        self.asked = 0

    def kind(self):
        return tala.KeyKind.ED25519

    def public_key(self):
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    async def sign(self, message):
        self.asked += 1
        await asyncio.sleep(0)
        while self.held:
            await asyncio.sleep(0.005)
        if self.locked:
            raise tala.KeystoreError.Locked()
        return self.key.sign(message)

    async def until_asked(self, before):
        async with asyncio.timeout(30):
            while self.asked == before:
                await asyncio.sleep(0.001)


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
        self.deaf = False

    def changed(self, version):
        self.heard += 1
        if self.deaf:
            raise RuntimeError("a listener that a test made throw")


class Receiver(tala.LocationSource):
    """A receiver that notes what it was asked for."""

    def __init__(self):
        self.every_ms = "nothing yet"

    def want(self, every_ms):
        self.every_ms = every_ms


class Air(tala.Connectivity):
    """A network that is as a line says."""

    def __init__(self):
        self.now = tala.Network.GOOD
        self.asked = 0

    def network(self):
        self.asked += 1
        return self.now


class RestKey(tala.KeyHolder):
    """The key of everything that lies on a phone, in a file; one that forgets, or one that does not."""

    def __init__(self, path):
        self.path, self.stubborn = path, False

    def get(self):
        if not os.path.exists(self.path):
            with open(self.path, "wb") as out:
                out.write(os.urandom(32))
        with open(self.path, "rb") as kept:
            return kept.read()

    def forget(self):
        if self.stubborn:
            raise tala.KeystoreError.Failed("a test made it keep the key")
        if os.path.exists(self.path):
            os.remove(self.path)


class Actor:
    """One phone of the scenario, with the verbs of its lines."""

    def __init__(self, name, job):
        self.name, self.job = name, job
        self.keystore = SoftKeystore(hashlib.sha256(name.encode()).digest())
        self.folder = os.path.join(job["folder"], name)
        self.rest = RestKey(self.folder + ".rest")
        self.ear, self.air, self.receiver = Ear(), Air(), None
        self.phone = None
        self.incident = None
        self.call_id = None
        self.durable = 0
        with open(job["track"], encoding="ascii") as lines:
            self.rows = list(lines)[1:]
        self.fixes = [fix(row) for row in self.rows]

    def do_open(self, key=None):
        keys = {"key": self.rest.get, "other": lambda: bytes(range(32)), "short": lambda: b"short"}
        key = keys[key]() if key else None
        options = tala.OpenOptions(folder=self.folder, roots_pem=None, key=key)
        self.phone = tala.Phone.open(options, self.keystore, Clock(), self.ear)
        self.receiver = Receiver()
        self.phone.use_location(self.receiver)
        self.phone.use_connectivity(self.air)

    async def do_enrol(self, code=None):
        code = self.job["code.a"] if code == "spent" else code or self.job["code." + self.name]
        who = await self.phone.enrol(code, "Python " + self.name)
        assert self.phone.opened().enrolled and len(bytes.fromhex(who.device)) == 16, vars(who)

    def do_start(self, transport, title=None):
        shown = self.phone.start_patrol(patrol(transport, title))
        assert (shown.state, shown.transport) == ("recording", transport), shown

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

    def do_receiver(self, every_ms):
        wanted = None if every_ms == "none" else int(every_ms)
        assert self.receiver.every_ms == wanted, self.receiver.every_ms

    def do_network(self, now):
        self.air.now = getattr(tala.Network, now.upper())

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

    async def do_sync(self, what=None):
        heard, seen, asked = self.ear.heard, [], self.air.asked
        how = SYNC | {"by_officer": what != "periodic"}
        run = self.phone.start_sync(tala.SyncAsk(**how))
        assert self.air.asked == asked + 1
        finished = asyncio.ensure_future(run.finished())
        while not finished.done():
            seen.append(run.progress().round_trips)
            await asyncio.sleep(0.001)
        done = await finished
        assert done.done and done.round_trips > 0 and run.progress() == done, done
        assert seen == sorted(seen) and self.ear.heard > heard, (set(seen), heard)
        if what == "uploads":
            # The photo and its small picture, each a step that was heard of.
            assert (done.uploaded, done.put_off, done.refused) == (2, 0, 0), vars(done)
            assert done.proved == done.handed_over > 0, vars(done)
            assert self.ear.heard >= heard + 3, (self.ear.heard, heard)

    async def do_cancel(self, number):
        run = await self.held_sync()
        self.do_one(number)
        run.cancel()
        await self.cancelled(run)

    async def do_off_in_sync(self):
        run = await self.held_sync()
        self.phone.turn_off()
        await self.cancelled(run)

    async def held_sync(self):
        """A sync that waits for the keystore."""
        before, self.keystore.held = self.keystore.asked, True
        run = self.phone.start_sync(tala.SyncAsk(**SYNC))
        await self.keystore.until_asked(before)
        assert not run.progress().done
        return run

    async def cancelled(self, run):
        try:
            await run.finished()
        except tala.TalaError.Cancelled:
            assert run.progress().done
            self.keystore.held = False
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
        return next((line.values for line in page.conflicts if line.field == field), [])

    def do_conflict(self, field, values):
        assert len(self.conflict(field)) == int(values)

    def do_choose(self, field, value):
        said = [json.loads(choice.value) for choice in self.conflict(field)]
        self.phone.choose(self.incident, field, said.index(value) if said else 0)

    def do_lock(self):
        self.keystore.locked = True

    def do_unlock(self):
        self.keystore.locked = False

    def do_waiting(self, whether):
        states = {line.whereabouts for line in self.phone.hand_over().records}
        assert ("waiting_for_key" in states) == (whether == "yes"), states

    async def do_sign(self, how):
        done = await self.phone.sign_waiting()
        if how == "locked":
            assert done.signed == 0 and done.stopped == "the key is locked", done
        else:
            assert done.signed > 0 and done.stopped is None, done

    def do_deaf(self):
        self.ear.deaf = True

    def do_hearing(self):
        self.ear.deaf = False

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

    def do_incidents(self, count):
        assert len(self.phone.incidents()) == int(count), self.phone.incidents()

    def do_snapshot(self):
        """What one call gives is what the calls of each screen give, and nothing newer was told of."""
        phone, screen = self.phone, tala.Screen
        wanted = [
            (screen.RECORDING(), "recording", phone.recording()),
            (screen.INCIDENTS(), "lines", phone.incidents()),
            (screen.INCIDENT(self.incident), "page", phone.incident(self.incident)),
            (screen.HAND_OVER(), "page", phone.hand_over()),
        ]
        for which, part, what in wanted:
            shot = phone.snapshot(which)
            assert getattr(shot.shown, part) == what and shot.version == phone.version(), shot
        before = phone.version()
        for title in ("改过", "开垦甲"):
            self.do_title(title)
        assert phone.snapshot(screen.INCIDENTS()).version > before

    async def do_hand_over(self):
        """Until every record has its receipt."""
        for _ in range(20):
            await self.do_sync()
            if not self.phone.hand_over().unproved:
                return
        self.do_safe()

    def do_sealed(self, whether):
        with open(os.path.join(self.folder, "phone.sqlite"), "rb") as store:
            assert store.read(15).startswith(b"SQLite format") == (whether == "no")

    def do_sign_out(self, how=None):
        self.rest.get()
        self.rest.stubborn = how == "stubborn"
        self.phone.sign_out(self.rest)
        assert not os.path.exists(self.folder) and not os.path.exists(self.rest.path)

    def do_panic(self):
        panics(self.phone.probe_panic)

    def do_panic_within(self):
        panics(self.phone.probe_panic_within)

    def do_leave(self):
        self.phone = None
        gc.collect()

    async def do_concurrent(self, calls):
        failed = []

        def one():
            try:
                self.phone.hand_over()
                assert self.phone.probe_noop(1) == 1
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=one) for _ in range(int(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed, failed[0]
        signed = await asyncio.gather(*(self.phone.sign_waiting() for _ in range(int(calls))))
        assert len(signed) == int(calls) and all(done.stopped is None for done in signed)

    def calls(self, count):
        """Numbers, records, text both ways, and errors."""
        for number in range(count):
            match number % 4:
                case 0:
                    assert self.phone.probe_noop(number) == number
                case 1:
                    assert self.phone.opened().enrolled
                case 2:
                    assert self.phone.recording() is None
                case 3 if number % 100 == 3:
                    self.do_fails_now("Input", self.phone.sos_state, "no id")
                case 3:
                    assert self.phone.call('{"do":"recording"}') == '{"ok":null}'

    def do_leak(self, calls):
        self.calls(5_000)
        before = resident_kib()
        self.calls(int(calls))
        grown = resident_kib() - before
        print(f"{grown} KiB more after {calls} calls", file=sys.stderr)
        assert grown < GROWTH_MAX_KIB, f"{grown} KiB more after {calls} calls"

    def do_leak_seen(self):
        before = resident_kib()
        self.phone.probe_leak(PLANTED_KIB)
        grown = resident_kib() - before
        assert grown > PLANTED_KIB * 3 // 4, f"a leak of {PLANTED_KIB} KiB shows as {grown}"

    def do_close(self):
        self.phone.turn_off()

    def do_fails_now(self, error, call, *arguments):
        try:
            call(*arguments)
        except getattr(tala.TalaError, error):
            return
        raise AssertionError(f"{call} did not fail with {error}")

    async def do_fails(self, error, verb, *arguments):
        try:
            await self.act(verb, arguments)
        except getattr(tala.TalaError, error):
            return
        raise AssertionError(f"{verb} did not fail with {error}")

    async def act(self, verb, arguments):
        done = getattr(self, "do_" + verb.replace("-", "_"))(*arguments)
        if inspect.isawaitable(done):
            await done


class Play:
    """The lines of the scenario, one after the other, over the death of this process."""

    def __init__(self, job_path, job):
        self.resume = job_path + ".resume"
        self.actors = {name: Actor(name, job) for name in "ab"}
        self.done, self.line = 0, 0
        if os.path.exists(self.resume):
            with open(self.resume, encoding="utf-8") as kept:
                kept = json.load(kept)
            os.remove(self.resume)
            self.done, self.line = kept["done"], kept["line"]
            self.actors["a"].durable = kept["durable"]

    def kill(self, line):
        kept = {"line": line, "done": self.done + 1, "durable": self.actors["a"].durable}
        with open(self.resume, "w", encoding="utf-8") as out:
            json.dump(kept, out)
        os.kill(os.getpid(), signal.SIGKILL)

    async def run(self, scenario):
        with open(scenario, encoding="utf-8") as lines:
            lines = list(lines)
        for number, line in enumerate(lines, 1):
            words = line.split()
            if number <= self.line or not words or words[0].startswith("#"):
                continue
            who, verb, *arguments = words
            if verb == "kill":
                self.kill(number)
            try:
                async with asyncio.timeout(120):
                    await self.actors[who].act(verb, arguments)
            except Exception as error:
                raise SystemExit(f"line {number}: {line.strip()}: {error!r}") from error
            self.done += 1
        print(f"fixes {self.actors['a'].durable}")
        print(f"incident {self.actors['a'].incident}")
        print(f"ok {self.done}")


def panics(call):
    try:
        call()
    except tala.InternalError as error:
        assert "that a test asked for" in str(error), error
        return
    raise AssertionError("a panic was no exception")


def fix(row, later_ms=0):
    """A row of `t_ms,lat_e7,lon_e7,alt_dm,acc_dm,speed_cms,bearing_deg`; empty is missing."""
    cells = row.rstrip("\n").split(",")
    part = lambda at, by: int(cells[at]) / by if cells[at] else None
    return tala.FixIn(
        time_ms=int(cells[0]) + later_ms,
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
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[1]) * resource.getpagesize() // 1024


async def bench(actor):
    """What a call costs, and what a thousand fixes cost until they are durable: medians."""
    actor.do_open()
    await actor.do_enrol()
    actor.do_start("horse")
    noop_us = []
    for _ in range(31):
        start = time.perf_counter()
        for number in range(2_000):
            actor.phone.probe_noop(number)
        noop_us.append((time.perf_counter() - start) / 2_000 * 1e6)
    rows, fixes_ms = actor.rows[:1000], []
    span_ms = actor.fixes[999].time_ms - actor.fixes[0].time_ms + 1_000
    for turn in range(15):
        fixes = [fix(row, turn * span_ms) for row in rows]
        start = time.perf_counter()
        actor.phone.deliver_batch(fixes)
        fixes_ms.append((time.perf_counter() - start) * 1e3)
    median = {"noop_us": noop_us, "fixes_1000_ms": fixes_ms}
    costs = {name: round(statistics.median(all), 2) for name, all in median.items()}
    print(json.dumps(costs, separators=(",", ":")))


async def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        job = dict(line.rstrip("\n").split("=", 1) for line in lines)
    tala.uniffi_set_event_loop(asyncio.get_running_loop())
    if sys.argv[2] == "--bench":
        await bench(Actor("a", job))
    else:
        await Play(sys.argv[1], job).run(sys.argv[2])


asyncio.run(main())
