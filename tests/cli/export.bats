#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# export: what is wrong is said before anything is loaded; and what its page, the rules, the dashboard and the unit
# say of the metrics. What a Prometheus makes of them: native/export.bats and make fleet.

load refused

setup()
{
	xt=${XT:-build/xentrace-bpf}
	dir=$BATS_TEST_TMPDIR
	page=tools/man/xentrace-bpf-export.8
}

# Of some run, whichever: all families are in it, with samples or without.
metrics()
{
	"$xt" report tests/fixtures/recording-4.0.xtr --format openmetrics
}

# Names as queries have them: of a histogram also those of its samples.
names()
{
	{
		metrics
		# what dom0 alone has
		"$xt" report tests/fixtures/join/nic-dom0.xtr --format openmetrics
	} | awk '$2 == "TYPE" {
		end = $4 == "counter" ? "_total" : $4 == "info" ? "_info" : ""
		print $3 end
		if ($4 == "histogram") { print $3 "_bucket"; print $3 "_sum"; print $3 "_count" }
	}' | sort
	# what a recording does not know
	echo xentrace_held_by_device_model_seconds_total
	echo xentrace_own_budget_ratio
}

@test "what is wrong is said, with status 2, before anything is traced" {
	LINES_MAX=3
	for address in 127.0.0.1 :19360 localhost:19360 127.0.0.1:99999 127.0.0.1:x ::1:19360 '[::1' '[127.0.0.1]:1' ''; do
		refused 2 "is no address and port" "$xt" export --listen "$address"
	done
	refused 2 "there is no such user" "$xt" export --user no-such-user
	refused 2 "does not run as root" "$xt" export --user root
	refused 2 "does not run as root" "$xt" export --user 0
	for file in - "" x.txt .prom; do
		refused 2 "only names that end in .prom" "$xt" export --textfile "$file"
	done
	refused 2 "is not a number of seconds" "$xt" export -i soon
	refused 2 "is shorter than" "$xt" export -i 0.01
	refused 2 "one argument too many" "$xt" export 1
	refused 2 "owners are in no metrics" "$xt" export --by comm
	refused 2 "owners are in no metrics" "$xt" export --by=cgroup
	refused 2 "owners are in no metrics" "$xt" export -p 1
	refused 2 "owners are in no metrics" "$xt" export -c x
}

@test "a port that is taken, and a folder that is not there, are said with status 1" {
	python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
print(s.getsockname()[1], flush=True); time.sleep(60)' > "$dir/port" 3>&- &
	taken=$!
	while [ ! -s "$dir/port" ]; do sleep 0.1; done
	refused 1 "Address already in use: name another port" "$xt" export --listen "127.0.0.1:$(cat "$dir/port")"
	kill $taken
	refused 1 "No such file or directory" "$xt" export --textfile /nowhere/x.prom
}

@test "the page explains every metric, each with a query, and none is made up" {
	names | grep -vE '_(bucket|sum|count)$' | sort -u > "$dir/has"
	[ "$(wc -l < "$dir/has")" -ge 25 ]
	sed -nE 's/^\.It Cm (xentrace_[a-z_]+)$/\1/p' $page | sort > "$dir/says"
	diff "$dir/has" "$dir/says"
	[ "$(grep -c '^\.Dl ' $page)" -eq "$(wc -l < "$dir/says")" ]
}

# known FILE: each name in it that begins with xentrace_ is a metric's
known()
{
	names | sort -u > "$dir/names"
	grep -oE '\bxentrace_[a-z_]+' "$1" | sort -u > "$dir/used"
	[ -s "$dir/used" ]
	run comm -13 "$dir/names" "$dir/used"
	echo "unknown: $output"
	[ -z "$output" ]
}

@test "queries of the page, the rules and the dashboard name metrics that there are" {
	grep '^\.Dl ' $page > "$dir/queries"
	known "$dir/queries"
	# a rule's own records are level:metric:operation
	sed -E 's/[a-z_]+:xentrace_[a-z_]+:[a-z0-9_]+//g; /alert:/d' tools/prometheus/rules.yml > "$dir/rules"
	known "$dir/rules"
	jq -r '.. | .expr? // empty' tools/grafana/dashboard.json > "$dir/expressions"
	[ "$(wc -l < "$dir/expressions")" -ge 25 ]
	known "$dir/expressions"
}

@test "the dashboard is whole: panels do not overlap, and each says what it shows" {
	jq -e '(.panels | map(.id) | length == (unique | length)) and
		([.panels[] | select(.type != "row")] | all(.title != "" and .description != "" and
			(.targets | length) > 0 and (.targets | map(.refId) | length == (unique | length)))) and
		([.panels[].gridPos] | all(.x + .w <= 24))' tools/grafana/dashboard.json
	python3 - <<'END'
import json
panels = json.load(open("tools/grafana/dashboard.json"))["panels"]
taken = {}
for panel in panels:
    at = panel["gridPos"]
    for x in range(at["x"], at["x"] + at["w"]):
        for y in range(at["y"], at["y"] + at["h"]):
            assert (x, y) not in taken, (panel["title"], taken[x, y])
            taken[x, y] = panel["title"]
END
}

@test "the unit is hardened below 3.0, off until it is enabled, and names the program where it is" {
	command -v systemd-analyze > /dev/null || skip "needs systemd-analyze"
	make -s install DESTDIR="$dir/root" PREFIX=/usr > /dev/null
	unit=$dir/root/usr/lib/systemd/system/xentrace-bpf-export.service
	grep -x "ExecStart=/usr/sbin/xentrace-bpf export" "$unit"
	[ -z "$(find "$dir/root" -name '*.wants')" ]
	systemd-analyze security --offline=true --threshold=29 "$unit"
}
