"""A real Apache Kafka of one node on this machine, for tests and demonstrations.

Promises: it listens on loopback only, what it acknowledged survives `kill`, and it leaves no process behind, even when the
process that started it is killed. Does not promise: copies, security, or speed. Not for production.
"""

import atexit
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from string import Template
from xml.etree import ElementTree

_HERE = Path(__file__).parent
_BUILD = _HERE.parents[1] / "build" / "kafka"
_CLUSTER = "Ym90dG9tLWxpbmUtbG9jYQ"  # always the same, as in a compose file: an emptied broker is not told by its cluster's id
_JAVA_AT_LEAST = 17
_JVM = ("-Xms64m", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true")
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_MAVEN_SECONDS = 300.0

# Waits for the end of its parent, which closes the pipe, and then ends the broker's process group.
_GUARD = 'read -r never; kill -s KILL -- "-$1" 2>/dev/null'

_METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 1, 1, -1, 0)  # size, key, version, correlation, no client, no topics
_METADATA_HEAD = struct.Struct(">iii")  # size, correlation, number of brokers


class KafkaUnavailable(Exception):
    """Apache Kafka cannot be had or does not start here; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a Kafka can be had, and if not, why and what to install."""

    yes: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.yes


class LocalKafka:
    """One broker in a folder. It keeps its port, and its messages until `wipe`, over stops and kills."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or _free_port()
        self._controller_port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Name the broker's process, which leads a group of its own."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the broker and wait until it answers.

        :raises KafkaUnavailable: Java or the jars are missing, or the broker does not answer in time.
        """
        if self._process:
            return
        jars = resolve_jars()
        self._format(jars)
        self._launch(jars)
        atexit.register(self.kill)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End the broker in order; if that takes too long, kill it."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.send_signal(signal.SIGCONT)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._reap()

    def kill(self) -> None:
        """End the broker at once, as a crash would."""
        if self._process:
            self._process.kill()
        self._reap()

    def wipe(self) -> None:
        """Kill the broker and start it empty at the same address: it has forgotten every topic, message and offset."""
        self.kill()
        shutil.rmtree(self._data, ignore_errors=True)
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _format(self, jars: Path) -> None:
        """Write the settings, and format the storage unless it holds something already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        template = Template((_HERE / "server.properties.template").read_text(encoding="utf-8"))
        settings = template.substitute(port=self.port, controller_port=self._controller_port, data=self._data.as_posix())
        self._properties.write_text(settings, encoding="utf-8")
        if (self._data / "meta.properties").exists():
            return
        tool = (*_java(jars), "kafka.tools.StorageTool", "format", "--cluster-id", _CLUSTER, "--config", str(self._properties))
        result = subprocess.run(tool, capture_output=True, text=True, timeout=_START_SECONDS, check=False)
        if result.returncode:
            raise KafkaUnavailable(f"Kafka's storage could not be formatted: {(result.stderr or result.stdout).strip()[-500:]}")

    def _launch(self, jars: Path) -> None:
        command = (*_java(jars), "kafka.Kafka", str(self._properties))
        with (self.folder / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self._guard = subprocess.Popen(
            ("sh", "-c", _GUARD, "guard", str(self._process.pid)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self.port):
            if not self.running:
                raise KafkaUnavailable(f"Kafka ended while starting: {self._last_words()}")
            if time.monotonic() > deadline:
                raise KafkaUnavailable(f"Kafka did not answer within {_START_SECONDS:.0f} s: {self._last_words()}")
            time.sleep(0.05)

    def _last_words(self) -> str:
        return (self.folder / "kafka.log").read_text(encoding="utf-8", errors="replace").strip()[-500:]

    def _reap(self) -> None:
        """Wait for what was ended, so that nothing is left behind."""
        if self._process:
            self._process.wait()
            self._process = None
        if self._guard:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None
        atexit.unregister(self.kill)


def available() -> Availability:
    """Say whether a Kafka can be had: one that runs already (`KAFKA_BOOTSTRAP`), or Java and the jars for one of our own."""
    return Availability(yes=True) if os.environ.get("KAFKA_BOOTSTRAP") else available_here()


def available_here() -> Availability:
    """Say whether a Kafka of our own can be started, which may be killed and wiped."""
    try:
        _check_java()
        resolve_jars()
    except KafkaUnavailable as missing:
        return Availability(yes=False, reason=str(missing))
    return Availability(yes=True)


def resolve_jars() -> Path:
    """Fetch the jars that the pom names, unless they are here, and return their folder.

    :raises KafkaUnavailable: Maven is missing or cannot resolve them.
    """
    jars = _BUILD / "jars"
    if not _complete(jars):
        _BUILD.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_BUILD) as folder:
            _download(Path(folder) / "jars")
            _put_in_place(Path(folder) / "jars", jars)
    return jars


def _complete(jars: Path) -> bool:
    version = ElementTree.parse(_HERE / "pom.xml").findtext(".//{*}dependency/{*}version")  # noqa: S314 our own file
    return (jars / f"kafka_2.13-{version}.jar").exists()


def _download(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable("Apache Kafka's jars are not here and there is no Maven to fetch them: install `maven`")
    command = (maven, "-q", "-B", "-f", str(_HERE / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={folder}")
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_MAVEN_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise KafkaUnavailable(f"Maven did not resolve Apache Kafka's jars within {_MAVEN_SECONDS:.0f} s") from None
    if result.returncode:
        raise KafkaUnavailable(f"Maven could not resolve Apache Kafka's jars: {result.stdout.strip()[-300:]}")


def _put_in_place(fetched: Path, jars: Path) -> None:
    """Move the whole folder at once: of two who fetch at the same time, the later finds it done."""
    if jars.exists() and not _complete(jars):
        shutil.rmtree(jars)
    try:
        fetched.rename(jars)
    except OSError:
        if not _complete(jars):
            raise


def _java(jars: Path) -> tuple[str, ...]:
    return (_java_path(), *_JVM, "-cp", f"{jars}{os.sep}*")


def _java_path() -> str:
    """Find Java: in JAVA_HOME, else on the path."""
    home = os.environ.get("JAVA_HOME")
    path = shutil.which(str(Path(home) / "bin" / "java")) if home else shutil.which("java")
    if path is None:
        raise KafkaUnavailable(f"there is no Java: install a JDK or JRE {_JAVA_AT_LEAST} or later")
    return path


def _check_java() -> None:
    said = subprocess.run((_java_path(), "-version"), capture_output=True, text=True, timeout=30, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < _JAVA_AT_LEAST:
        raise KafkaUnavailable(f"Java is older than {_JAVA_AT_LEAST}: install a JDK or JRE {_JAVA_AT_LEAST} or later")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    """Ask for the cluster's metadata: a broker is ready when it names itself."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(_METADATA_REQUEST)
            head = connection.recv(_METADATA_HEAD.size, socket.MSG_WAITALL)
    except OSError:
        return False
    return len(head) == _METADATA_HEAD.size and _METADATA_HEAD.unpack(head)[2] > 0
