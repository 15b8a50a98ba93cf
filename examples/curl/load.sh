#!/usr/bin/env sh
# Loads every dataset that the key may read into files, month by month. What has not changed since the last run is answered 304 and
# left as it is; a month that failed is simply asked for again by the next run. Needs curl alone.
#
#   APPORTION_KEY=keyId:secret ./load.sh http://localhost:4000 2025-04 2025-11 ./warehouse
#
# Months are from the first up to, not including, the last one.
set -eu
url=${1:?the URL of the API}
month=${2:?the first month, as 2025-04}
end=${3:?the month after the last one, as 2025-11}
folder=${4:?the folder to write to}
: "${APPORTION_KEY:?keyId:secret of a key, as \`keys create\` printed it}"

next() {
  year=${1%-*}
  number=${1#*-}
  number=$((${number#0} + 1))
  [ "$number" -le 12 ] || { number=1; year=$((year + 1)); }
  printf '%s-%02d' "$year" "$number"
}

# The key goes in through a file that curl reads, not through the arguments that everybody on the machine can list.
config=$(mktemp)
trap 'rm -f "$config"' EXIT
printf 'user = "%s"\n' "$APPORTION_KEY" >"$config"

while [ "$month" != "$end" ]; do
  after=$(next "$month")
  for dataset in allocation_line usage_daily cost_pool_period statement_line journal_line focus_cost_and_usage; do
    file="$folder/$dataset/$month.csv"
    mkdir -p "$folder/$dataset"
    # A file is replaced by a whole one, or not at all.
    status=$(curl --silent --show-error --retry 3 --config "$config" \
      --etag-compare "$file.etag" --etag-save "$file.etag.new" --output "$file.new" --write-out '%{http_code}' \
      "$url/export/$dataset.csv?from=$month&to=$after")
    case $status in
      200) mv "$file.new" "$file"; mv "$file.etag.new" "$file.etag"; echo "$dataset $month: new" ;;
      304) rm -f "$file.new" "$file.etag.new"; echo "$dataset $month: as it was" ;;
      *) cat "$file.new" >&2; rm -f "$file.new" "$file.etag.new"; echo "$dataset $month: $status" >&2; exit 1 ;;
    esac
  done
  month=$after
done
