#!/bin/sh
# Brings the database that DATABASE_URL names up to date: all migrations, and with --demo the demo data.
#   [HELIOGRAPH_SCHEMA=app] ./dev/db-import.sh [--suite] [--demo]        other commands: ./dev/db-import.sh --help
set -eu
cd "$(dirname "$0")/.."
exec node dev/run.mjs db/src/cli.ts "$@"
