#!/usr/bin/env bash
# R23.
#
# The drill of the recipe for going back to the second before a mistake (README, Operations): a
# throw-away cluster archives its log, someone deletes what they should not, and a second cluster
# is brought to the moment before. Prints how long that took; fails unless every row is there that
# was written until then, and none after.
set -euo pipefail

fail() {
    echo "point in time: $1" >&2
    exit 1
}

# PG_BIN_DIR, else the PATH, else the newest of the folders where Debian puts the programs.
find_programs() {
    local on_path folder
    on_path=$(command -v initdb || true)
    for folder in "${PG_BIN_DIR-}" "${on_path%/initdb}" \
        $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_basebackup" ] && [ -x "$folder/psql" ]; then
            echo "$folder"
            return
        fi
    done
    fail "PostgreSQL's programs were not found. Install the package postgresql, or set PG_BIN_DIR."
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
    as_postgres "$programs/pg_ctl" start -D "$1" -w -s -t 60 -l "$1.log" \
        -o "-k $scratch/$2 -c listen_addresses=" || fail "$(as_postgres cat "$1.log")"
}

sql() {
    local place=$1
    shift
    "$programs/psql" -h "$scratch/$place" -U postgres -d postgres -q -X -At -v ON_ERROR_STOP=1 "$@"
}

clean() {
    cd /
    for data in here restored; do
        as_postgres "$programs/pg_ctl" stop -D "$scratch/$data" -m immediate -s 2>/dev/null || true
    done
    rm -rf "$scratch"
}

programs=$(find_programs)
# Directly below /tmp, since the path of a socket has at most 107 bytes.
scratch=$(mktemp -d /tmp/anjie-drill.XXXXXX)
trap clean EXIT
cd "$scratch"
mkdir archive one two
if [ "$(id -u)" = 0 ]; then chown postgres "$scratch" archive one two; fi

# The cluster, with its log archived: a segment is copied beside its place, then moved, so that a
# half copy is never taken for a whole one.
as_postgres "$programs/initdb" -D here -U postgres --auth=trust -E UTF8 --lc-collate=C \
    --lc-ctype=C.UTF-8 >/dev/null
cat >>here/postgresql.conf <<END
archive_mode = on
archive_command = 'test ! -f $scratch/archive/%f && cp %p $scratch/archive/%f.part && sync $scratch/archive/%f.part && mv $scratch/archive/%f.part $scratch/archive/%f'
END
start here one
sql one -c "CREATE TABLE deed (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())"
sql one -c "INSERT INTO deed SELECT generate_series(1, 100)"

# Every night.
begun=$(date +%s%N)
as_postgres "$programs/pg_basebackup" -h "$scratch/one" -U postgres -D "$scratch/base" -c fast
echo "point in time: base backup in $((($(date +%s%N) - begun) / 1000000)) ms"

# The day's work, the mistake, and what came after it.
sql one -c "INSERT INTO deed SELECT generate_series(101, 150)"
sleep 1.1
before=$(sql one -c "SELECT clock_timestamp()")
sleep 1.1
sql one -c "DELETE FROM deed WHERE id <= 120"
sql one -c "INSERT INTO deed VALUES (151)"
sql one -c "SELECT pg_switch_wal()" >/dev/null
waiting="SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"
for _ in $(seq 100); do
    [ "$(sql one -c "$waiting")" = 0 ] && break
    sleep 0.1
done

# The second before: another folder, the archive, the time. The old one stays as it is.
begun=$(date +%s%N)
as_postgres cp -a base restored
as_postgres tee -a restored/postgresql.conf >/dev/null <<END
archive_mode = off
restore_command = 'cp $scratch/archive/%f %p'
recovery_target_time = '$before'
recovery_target_action = promote
END
as_postgres touch restored/recovery.signal
start restored two
for _ in $(seq 300); do
    [ "$(sql two -c "SELECT pg_is_in_recovery()")" = f ] && break
    sleep 0.1
done
[ "$(sql two -c "SELECT pg_is_in_recovery()")" = f ] || fail "the recovery did not end"
echo "point in time: back at $before in $((($(date +%s%N) - begun) / 1000000)) ms"

found=$(sql two -c "SELECT count(*), min(id), max(id) FROM deed")
[ "$found" = "150|1|150" ] || fail "expected every row until then and none after, found $found"
after=$(sql one -c "SELECT count(*) FROM deed")
[ "$after" = 31 ] || fail "the place of the mistake was changed: $after rows"
echo "point in time: 150 of 150 rows, none of those after"
