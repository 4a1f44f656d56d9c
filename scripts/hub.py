"""Walk the JupyterHub section of book/teaching_scaling.md: `make hub`, as root, on a machine to throw away.

Real accounts, a real hub, its proxy and a real browser: the page's two files as they stand, its commands in
their order, two graders in one formgrader, and a student who fetches, submits, and fetches feedback. The
accounts and files are made for the walk and removed after it; where one is there already, nothing is touched.
"""

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbgrader
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "book" / "teaching_scaling.md").read_text(encoding="utf-8")
COURSE = "grader-xentcourse"
GRADERS, STUDENT, STRANGER = ("ada", "alan"), "emmy", "kurt"
CLASS = Path("/home") / COURSE / "autumn"
NBGRADER, EXCHANGE = Path("/etc/jupyter/nbgrader_config.py"), Path("/srv/nbgrader/exchange")
HUB = "http://127.0.0.1:8765"
#: The environment with the course, and this one with the hub.
COURSE_ENVIRONMENT, HERE = Path(nbgrader.__file__).parents[4], Path(sys.prefix)
SETTINGS = {
    "PATH": os.pathsep.join(
        map(str, (HERE / "bin", HERE / "node_modules/.bin", COURSE_ENVIRONMENT / "bin", os.environ["PATH"]))
    ),
    "PYTHONPATH": str(ROOT),
    "JUPYTER_PATH": str(COURSE_ENVIRONMENT / "share" / "jupyter"),
    "JUPYTER_CONFIG_PATH": str(COURSE_ENVIRONMENT / "etc" / "jupyter"),
}
PASSWORD = secrets.token_urlsafe(12)
#: What belongs to this machine and not to the page.
OURS = f"""
c.JupyterHub.bind_url = {HUB!r}
c.JupyterHub.hub_port = 8766
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8767"
c.PAMAuthenticator.open_sessions = False
c.Spawner.environment = {SETTINGS!r}
c.JupyterHub.services[0]["environment"] = {SETTINGS!r}
"""
PATIENCE = 120_000  #: milliseconds, on a busy machine


def block(first: str) -> str:
    """The page's block that begins with this line."""
    found = re.search(rf"^```\w+\n({re.escape(first)}.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    if not found:
        raise SystemExit(f"book/teaching_scaling.md has no block that begins with {first!r}.")
    return found[1]


def did(what: str) -> None:
    """Tell that a step went well."""
    print(f"✓ {what}", flush=True)


def as_user(user: str, command: str, cwd: Path) -> str:
    """What a command prints that somebody types in a shell of their own."""
    known = pwd.getpwnam(user)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=cwd,
        env=os.environ | SETTINGS | {"HOME": known.pw_dir, "USER": user, "LOGNAME": user},
        user=known.pw_uid,
        group=known.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{user}: {command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


# ---- accounts and files ------------------------------------------------------------------------------


@contextmanager
def accounts() -> Iterator[None]:
    """The accounts of the walk, with one password."""
    made: list[str] = []
    try:
        for name in (*GRADERS, STUDENT, STRANGER):
            subprocess.run(["useradd", "--create-home", name], check=True)
            made.append(name)
        first, *_ = block("useradd").splitlines()
        subprocess.run(first.split(), check=True)
        made.append(COURSE)
        lines = "".join(f"{name}:{PASSWORD}\n" for name in made if name != COURSE)
        subprocess.run(["chpasswd"], input=lines, text=True, check=True)
        yield
    finally:
        for name in made:
            subprocess.run(["userdel", "--force", "--remove", name], check=False, capture_output=True)


@contextmanager
def places() -> Iterator[None]:
    """The exchange and everybody's nbgrader_config.py, as the page says."""
    new = [folder for folder in (NBGRADER.parent, EXCHANGE.parent) if not folder.exists()]
    try:
        _, second = block("useradd").splitlines()
        subprocess.run(second.split(), check=True)
        NBGRADER.parent.mkdir(exist_ok=True)
        NBGRADER.write_text(block("# /etc/jupyter/nbgrader_config.py"), encoding="utf-8")
        yield
    finally:
        NBGRADER.unlink(missing_ok=True)
        shutil.rmtree(EXCHANGE, ignore_errors=True)
        for folder in new:
            folder.rmdir()


@contextmanager
def hub(folder: Path) -> Iterator[None]:
    """A hub with the page's file."""
    folder.mkdir(parents=True)
    settings = folder / "jupyterhub_config.py"
    settings.write_text(block("# jupyterhub_config.py") + OURS, encoding="utf-8")
    command = [sys.executable, "-m", "jupyterhub", "--config", settings]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | SETTINGS, stdout=log, stderr=log)
        try:
            wait_for(f"{HUB}/hub/health", process, folder / "log")
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until something answers at an address."""
    until = time.monotonic() + 180
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    raise SystemExit(f"The hub did not start:\n{log.read_text()[-4000:]}")


# ---- people ------------------------------------------------------------------------------------------


def logged_in(context: BrowserContext, user: str) -> Page:
    """A page of somebody who typed their password."""
    page = context.new_page()
    page.goto(f"{HUB}/hub/login?next=%2Fhub%2Fhome")
    page.locator("#username_input").fill(user)
    page.locator("#password_input").fill(PASSWORD)
    page.locator("#login_submit").click()
    page.wait_for_url("**/hub/home", timeout=PATIENCE)
    return page


def assignment_list(page: Page, user: str) -> Page:
    """The student's own Assignment List, out of JupyterLab's menu."""
    page.goto(f"{HUB}/hub/spawn")
    page.wait_for_url(f"**/user/{user}/**", timeout=PATIENCE)
    page.goto(f"{HUB}/user/{user}/lab?reset")
    page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click(timeout=PATIENCE)
    page.locator(".lm-Menu-itemLabel", has_text="Assignment List").click()
    return page


def shown(page: Page, where: str, button: str) -> None:
    """Press a button in a part of the Assignment List once it is there."""
    pressed = page.locator(f"#{where} .list_item button", has_text=button).first
    pressed.click(timeout=PATIENCE)


def formgrader_of(context: BrowserContext, user: str, path: str = "manage_assignments") -> Page:
    """The shared formgrader, as somebody sees it."""
    page = logged_in(context, user)
    page.goto(f"{HUB}/services/xentcourse/formgrader/{path}", timeout=PATIENCE)
    return page


def walk(contexts: "Iterator[BrowserContext]") -> None:
    """All that the section says, in its order."""
    release, outbound, collect, grade, feedback, back = block("xentcourse release").splitlines()
    as_user(COURSE, f"{release} && {outbound}", CLASS)
    did(f"{COURSE} released")

    page = assignment_list(logged_in(next(contexts), STUDENT), STUDENT)
    shown(page, "released_assignments_list", "Fetch")
    shown(page, "fetched_assignments_list", "Submit")
    expect(page.locator("#submitted_assignments_list .list_item").first).to_be_visible(timeout=PATIENCE)
    did(f"{STUDENT} fetched and submitted by the menu")

    print(as_user(COURSE, f"{collect} && {grade}", CLASS))
    did("collected from the exchange and graded in the sandbox, by the course's account, while the hub runs")

    for grader in GRADERS:
        page = formgrader_of(next(contexts), grader, "manage_submissions/softmax")
        expect(page.locator("tr", has_text=STUDENT).first).to_be_visible(timeout=PATIENCE)
        did(f"{grader} sees the submission in the shared formgrader")
    response = logged_in(next(contexts), STRANGER).goto(
        f"{HUB}/services/xentcourse/formgrader/manage_assignments"
    )
    if not response or response.status != 403:
        raise SystemExit(f"{STRANGER} is no grader, and was not refused: {response and response.status}")
    did(f"{STRANGER}, no grader, is refused")

    as_user(COURSE, f"{feedback} && {back}", CLASS)
    home = Path("/home") / STUDENT
    as_user(STUDENT, "nbgrader fetch_feedback softmax --course=xentcourse", home)
    if not (found := list(home.glob("**/feedback/**/softmax.html"))):
        raise SystemExit(f"{STUDENT} has no feedback below {home}")
    did(f"{STUDENT} fetched the feedback: {found[0].relative_to(home)}")


def contexts(browser: object) -> Iterator[BrowserContext]:
    """A fresh one for each person."""
    while True:
        yield browser.new_context(viewport={"width": 1300, "height": 900})  # type: ignore[attr-defined]


def main() -> None:
    """Walk, and say with which versions."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and leave nothing behind
    taken = [str(path) for path in (NBGRADER, EXCHANGE, CLASS.parent) if path.exists()]
    if os.geteuid() or taken:
        raise SystemExit(f"This needs root, and a machine without {', '.join(taken) or 'a hub of its own'}.")
    proxy = shutil.which("configurable-http-proxy", path=SETTINGS["PATH"])
    if not proxy:
        raise SystemExit("configurable-http-proxy is missing: `make hub` installs it.")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with ExitStack() as stack:
        stack.enter_context(accounts())
        stack.enter_context(places())
        as_user(COURSE, f"xentcourse teach {CLASS} --chapter softmax", ROOT)
        (CLASS / "roster.csv").write_text(f"id\n{STUDENT}\n{STRANGER}\n", encoding="utf-8")
        stack.enter_context(hub(Path("/home") / COURSE / ".hub"))
        playwright = stack.enter_context(sync_playwright())
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        stack.callback(browser.close)
        walk(contexts(browser))
    names = ("jupyterhub", "nbgrader", "jupyterlab")
    found = [f"{name} {version(name)}" for name in names]
    found.append(
        "configurable-http-proxy " + subprocess.check_output([proxy, "--version"], text=True).strip()
    )
    print("The walk is done, with", ", ".join(found))


if __name__ == "__main__":
    main()
