"""Validates the Croissant metadata of the corpora with mlcroissant, the validator of MLCommons.

Run with the Python of bench/peers/setup.sh: python bench/peers/croissant.py [FOLDER]
Fails on any error and on any warning. Reads no data and needs no network.
"""

import sys
from importlib.metadata import version
from pathlib import Path

import mlcroissant

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs/corpora"
files = sorted(folder.glob("*.croissant.json"))
failed = 0
for file in files:
    try:
        issues = mlcroissant.Dataset(jsonld=file).metadata.ctx.issues
        problems = [*issues.errors, *issues.warnings]
    except mlcroissant.ValidationError as error:
        problems = [str(error)]
    failed += len(problems) > 0
    print(file.name, "valid" if not problems else problems)
print(f"mlcroissant {version('mlcroissant')}: {len(files) - failed} of {len(files)} files are valid")
sys.exit(1 if failed or not files else 0)
