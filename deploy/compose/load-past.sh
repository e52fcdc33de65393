#!/bin/sh
# Loads the past that a demo wrote into PAST for a Prometheus whose data will be in DATA: load-past.sh PAST DATA
#
# DATA gets its name when everything is in it. If DATA exists already, the script does nothing, so that it may run before every start
# of Prometheus, and beside one that runs. The files of the past are removed once they are loaded.
set -eu
past=$1 data=$2

if [ -e "$data" ]; then
    echo "$data is there already, nothing is loaded"
    exit 0
fi
loading=$data.loading scratch=$data.scratch
# A run before this one may have been stopped.
rm -rf "$loading" "$scratch"
mkdir "$loading" "$scratch"
for window in "$past"/*.om.gz; do
    [ -e "$window" ] || { echo "there is no past in $past" >&2; exit 1; }
    gunzip -c "$window" > "$scratch/window.om"
    TMPDIR=$scratch promtool tsdb create-blocks-from openmetrics --quiet --max-block-duration=18h "$scratch/window.om" "$loading"
done
mv "$loading" "$data"
rm -r "$scratch" "$past"/*.om.gz
echo "the past in $past is loaded"
