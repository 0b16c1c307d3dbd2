"""A room of air that is not there: a private PulseAudio with a microphone and a loudspeaker.

One stereo null sink is the clock of the room. What is played to `micfeed` is its left channel and
what the microphone hears; what the companion plays to `speaker` is its right channel. Recording
the sink gives both on one sample clock. Needs pulseaudio, pactl, pacat and ALSA's pulse plugin.

Nothing outside the room's own folder is read or written: it has its own home, its own socket and
its own ALSA configuration.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
START_SECONDS = 20.0

PARTS = {
    "speaker": "module-remap-sink sink_name=speaker master=room channels=1 channel_map=mono"
    " master_channel_map=front-right remix=no",
    "microphone": "module-remap-source source_name=microphone master=room.monitor channels=1"
    " channel_map=mono master_channel_map=front-left remix=no",
}
"""What can be unplugged: the modules that stand for the devices of the companion."""
PULSE = """
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-cli-protocol-unix socket={socket}-control
load-module module-null-sink sink_name=room rate=48000 channels=2 channel_map=front-left,front-right
load-module module-remap-sink sink_name=micfeed master=room channels=1 channel_map=mono \
master_channel_map=front-left remix=no
load-module {speaker}
load-module {microphone}
set-default-sink speaker
set-default-source microphone
"""

ALSA = """
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


def wait_for(true: Callable[[], bool], complaint: Callable[[], str], seconds: float) -> None:
    """Wait until something is so. TimeoutError with the complaint after `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{complaint()} within {seconds:g} s")
        time.sleep(0.02)


class Room:
    """The room, from `with` to the end of its block. Processes in it need `environment`."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="room-")
        folder = Path(self._folder.name)
        for name in ("home", "runtime", "pulse"):
            (folder / name).mkdir(mode=0o700)
        self.home = folder / "home"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("XDG_", "PULSE_", "ALSA_", "DBUS_"))
        } | {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(folder / "runtime"),
            "PULSE_RUNTIME_PATH": str(folder / "pulse"),
            "PULSE_STATE_PATH": str(folder / "pulse"),
            "PULSE_SERVER": f"unix:{folder / 'socket'}",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
            # These and no others: an unplugged device must not be replaced by another one.
            "PULSE_SINK": "speaker",
            "PULSE_SOURCE": "microphone",
        }
        (folder / "asound.conf").write_text(ALSA)
        (folder / "room.pa").write_text(PULSE.format(socket=folder / "socket", **PARTS))
        self._script = folder / "room.pa"
        self._server: subprocess.Popen[bytes] | None = None
        self._recorder: subprocess.Popen[bytes] | None = None
        self._recorded = bytearray()
        self._noise: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Room:
        """Open the room: the server, its recording and the noise of a quiet room."""
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def start(self) -> None:
        """Start the sound server, also after `kill`. The recording goes on where it was."""
        options = ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
                   "--disallow-exit", "--log-level=error", "-F", str(self._script)]  # fmt: skip
        environment = {k: v for k, v in self.environment.items() if not k.startswith("PULSE_S")}
        environment["PULSE_STATE_PATH"] = self.environment["PULSE_STATE_PATH"]
        with (Path(self._folder.name) / "server.log").open("wb") as log:
            # It complains of a missing D-Bus at length, and needs none.
            self._server = subprocess.Popen(
                ["pulseaudio", *options],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        wait_for(lambda: "microphone" in self.list("sources"), self._silence, START_SECONDS)
        self._recorder = self._start("parec", "-d", "room.monitor", "--channels=2")
        self._noise = self._start("pacat", "-d", "micfeed", "--channels=1", "--latency-msec=40")
        self._stopped = threading.Event()
        for work in (self._record, self._make_noise):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)
        begin = self.position
        wait_for(lambda: self.position > begin + RATE, lambda: "no recording", START_SECONDS)

    def kill(self) -> None:
        """Kill the sound server, as a crash would, with all that plays and records."""
        self._stopped.set()
        for process in (self._server, self._noise, self._recorder):
            if process is not None:
                process.kill()
                process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        self._threads.clear()
        for process in (self._noise, self._recorder):
            for pipe in (process.stdin, process.stdout) if process is not None else ():
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        for left_over in Path(self._folder.name).glob("socket*"):
            left_over.unlink()

    def unplug(self, part: str) -> None:
        """Take "speaker" or "microphone" away, with the streams on it."""
        listed = [line.split("\t") for line in self.list("modules").splitlines()]
        number = next(one[0] for one in listed if f"_name={part} " in one[2])
        kind, device = (
            ("sink-input", "sinks") if part == "speaker" else ("source-output", "sources")
        )
        devices = [line.split("\t") for line in self.list(device).splitlines()]
        here = next(one[0] for one in devices if one[1] == part)
        streams = [line.split("\t") for line in self.list(f"{kind}s").splitlines()]
        self._control("unload-module", number)
        for stream in streams:
            if stream[1] == here:
                # The server moves it to another device, as no plug that is pulled out does.
                self._end_stream(kind, stream[0])

    def plug_in(self, part: str) -> None:
        """Bring it back."""
        self._control("load-module", *PARTS[part].split())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything that was started, and remove the folder."""
        self.kill()
        self._folder.cleanup()

    @property
    def position(self) -> int:
        """How many samples of each channel have been recorded."""
        return len(self._recorded) // 4

    def recording(self, begin: int, end: int | None = None) -> NDArray[np.int16]:
        """Cut a part out of the recording: int16[n, 2], microphone and loudspeaker."""
        whole = (self.position if end is None else end) * 4
        return np.frombuffer(bytes(self._recorded[begin * 4 : whole]), np.int16).reshape(-1, 2)

    def say(self, samples: NDArray[np.int16], rate: int) -> None:
        """Play sound to the microphone and wait until it has been played."""
        command = ["pacat", "-d", "micfeed", "--format=s16le", "--channels=1", f"--rate={rate}",
                   "--latency-msec=40"]  # fmt: skip
        seconds = len(samples) / rate + 10
        subprocess.run(
            command, input=samples.tobytes(), env=self.environment, timeout=seconds, check=True
        )

    def list(self, kind: str) -> str:
        """List the server's sources, sinks, source-outputs or sink-inputs; "" before it answers."""
        command = ["pactl", "list", "short", kind]
        answer = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=10, check=False
        )
        return answer.stdout

    def _end_stream(self, kind: str, number: str) -> None:
        def ended() -> bool:
            return number not in [x.split("\t")[0] for x in self.list(f"{kind}s").splitlines()]

        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self.environment["PULSE_SERVER"].partition(":")[2] + "-control")
            line.sendall(f"kill-{kind} {number}\n".encode())
            wait_for(ended, lambda: f"the {kind} was not ended", 5.0)

    def _control(self, *words: str) -> None:
        subprocess.run(
            ["pactl", *words], env=self.environment, timeout=10, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def _silence(self) -> str:
        log = (Path(self._folder.name) / "server.log").read_text(errors="replace")
        return f"no sound server ({log.strip()[-300:]})"

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        options = ["--raw", "--format=s16le", f"--rate={RATE}"]
        if command[0] == "parec":
            options.append("--latency-msec=20")
        return subprocess.Popen(
            [*command, *options], env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _record(self) -> None:
        assert self._recorder is not None
        assert self._recorder.stdout is not None
        left_over = b""
        while block := os.read(self._recorder.stdout.fileno(), 16_384):
            left_over += block
            whole = len(left_over) // 4 * 4
            self._recorded += left_over[:whole]
            left_over = left_over[whole:]

    def _make_noise(self) -> None:
        # No room is digital silence, and a microphone that gives nothing but zeros is broken.
        assert self._noise is not None
        assert self._noise.stdin is not None
        dice = np.random.default_rng(5)
        while not self._stopped.is_set():
            block = dice.normal(0, 10, RATE // 10).astype(np.int16)
            try:
                self._noise.stdin.write(block.tobytes())
            except (OSError, ValueError):
                return
