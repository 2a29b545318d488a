"""Write the software bill of materials: every package that a hub runs with, as CycloneDX 1.6 JSON.

    python -m deploy.sbom [FILE]        (`make sbom`)

It is made from `requirements.txt`, which is what every install uses, and from the libraries in `web/static/vendor`. Licences are
those that the installed packages state. The same sources and packages give the same document, byte by byte.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "dist" / "venue-hub.cdx.json"
ROOT_REF = "venue-hub"

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_LIBRARY = re.compile(
    r"^\| (?P<name>[\w-]+) (?P<version>\d[\w.]*) \|(?P<files>.*?)\|(?P<use>.*?)\|(?P<licence>.*?)\|", re.MULTILINE
)


@dataclass(slots=True)
class Package:
    name: str
    version: str
    marker: str | None = None
    hashes: list[str] = field(default_factory=list)
    needed_by: list[str] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(text: str) -> list[Package]:
    """Return the packages of a lock file of uv, each with the hashes of its files and the packages that need it."""
    found: list[Package] = []
    for line in text.splitlines():
        if pin := _PIN.fullmatch(line):
            found.append(Package(pin["name"].lower(), pin["version"], pin["marker"]))
        elif hashed := _HASH.search(line):
            found[-1].hashes.append(hashed[1])
        elif found and line.startswith("    # "):
            needed_by = line.strip("# ").removeprefix("via").strip()
            if needed_by:
                found[-1].needed_by.append(needed_by.lower())
        elif line.strip() and not line.startswith("#"):
            raise ValueError(f"this line of the lock file is not understood: {line}")
    return found


def bill_of_materials(lock: str, dependencies: str, version: str, vendor: Path) -> dict[str, Any]:
    """Return the document. `dependencies` is docs/dependencies.md, whose table names the libraries of the browser."""
    packages = read_lock(lock)
    libraries = [_library(row, vendor) for row in _LIBRARY.finditer(dependencies)]
    by_name = {package.name: package.ref for package in packages}
    needs: dict[str, list[str]] = {ROOT_REF: [library["bom-ref"] for library in libraries]}
    for package in packages:
        needs.setdefault(package.ref, [])
        for parent in package.needed_by:
            # Whatever is no package is an .in file, and so ours.
            needs.setdefault(by_name.get(parent.partition("[")[0], ROOT_REF), []).append(package.ref)
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": ROOT_REF, "name": "venue-hub", "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": [*map(_component, packages), *libraries],
        "dependencies": [{"ref": ref, "dependsOn": sorted(set(parts))} for ref, parts in sorted(needs.items())],
    }  # fmt: skip
    number = uuid5(NAMESPACE_URL, json.dumps(document, sort_keys=True))
    return {**document, "serialNumber": f"urn:uuid:{number}"}


def _component(package: Package) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.ref,
        "name": package.name,
        "version": package.version,
        "purl": package.ref,
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{package.name}/{package.version}/#files",
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
            }
        ],
    }
    if licence := _licence_of(package.name):
        component["licenses"] = [{"expression": licence}]
    if package.marker:
        component["properties"] = [{"name": "venue-hub:installed-where", "value": package.marker.strip()}]
    return component


def _licence_of(name: str) -> str | None:
    """Return the SPDX expression of an installed package, if it states one."""
    try:
        stated: list[str] = metadata(name).get_all("License-Expression") or []
    except PackageNotFoundError:
        return None
    return stated[0] if stated else None


def _library(row: re.Match[str], vendor: Path) -> dict[str, Any]:
    name, version = row["name"], row["version"]
    folder = next(path for path in sorted(vendor.iterdir()) if path.name.lower().startswith(name.lower()))
    purl = f"pkg:npm/{name.lower()}@{version}"
    files = [
        {
            "type": "file", "bom-ref": f"{purl}#{path.relative_to(folder)}", "name": str(path.relative_to(folder)),
            "hashes": [{"alg": "SHA-256", "content": sha256(path.read_bytes()).hexdigest()}],
        }
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".js", ".css", ".wasm"}
    ]  # fmt: skip
    return {
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "components": files,
        "licenses": [{"license": {"id": row["licence"].split("(")[0].strip()}}],
    }  # fmt: skip


def build() -> dict[str, Any]:
    """Return the document of this source tree."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert version is not None
    return bill_of_materials(
        (ROOT / "requirements.txt").read_text(encoding="utf-8"),
        (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"),
        version[1],
        ROOT / "web" / "static" / "vendor",
    )


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    document = build()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(document['components'])} packages")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
