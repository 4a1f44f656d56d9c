"""The built package brings the exercises and the chapters along, as notebooks, and no solutions."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent.resolve()


class BuildWithShelf(build_py):
    """Fills xentcourse/learning/shelf of what is built; a checkout has the material itself."""

    def run(self) -> None:
        """Build as usual, then fill the shelf."""
        super().run()
        if self.editable_mode:
            return
        sys.path.insert(0, str(ROOT))
        from xentcourse.course import Course
        from xentcourse.learning.workplace import Material

        Material.of_course(Course(ROOT)).fill(Path(self.build_lib) / "xentcourse" / "learning" / "shelf")


setup(cmdclass={"build_py": BuildWithShelf})
