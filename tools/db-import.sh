#!/bin/sh
# Brings the database that DATABASE_URL names up to date: all migrations, and with --demo the demo data.
#   ./tools/db-import.sh [--demo]        other commands: ./tools/db-import.sh --help
set -eu
cd "$(dirname "$0")/.."
exec node tools/run.mjs db/src/cli.ts "$@"
