#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A real Prometheus scrapes a real run under load, so often (SCRAPES, every INTERVAL seconds), and is asked all that the
# page, the rules and the dashboard ask.

load ../native/await

setup_file()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	command -v prometheus > /dev/null || skip "needs Prometheus: tools/setup fleet"
	export dir=$BATS_FILE_TMPDIR
	export SCRAPES=${SCRAPES:-120} INTERVAL=${INTERVAL:-5}
	xt=$PWD/${XT:-build/xentrace-bpf}
	read -r target web < <(python3 -c 'import socket
s = [socket.socket(), socket.socket()]
for one in s: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in s))')
	export target web
	mkdir "$dir/memory"
	mount -t tmpfs none "$dir/memory"
	truncate -s 64M "$dir/memory/image"
	loop=$(losetup -f --show "$dir/memory/image")
	export loop disk=${loop#/dev/}
	mkfifo "$dir/ready"
	"$xt" export --listen "127.0.0.1:$target" --ready-fd 4 -o "$dir/run.json" 4> "$dir/ready" 2> "$dir/err" 3>&- &
	export loader=$!
	grep -q ready "$dir/ready" || { cat "$dir/err" >&2; return 1; }
	cat > "$dir/prometheus.yml" <<-END
		global:
		  scrape_interval: ${INTERVAL}s
		  evaluation_interval: ${INTERVAL}s
		rule_files: [$PWD/tools/prometheus/rules.yml]
		scrape_configs:
		  - job_name: xentrace
		    static_configs:
		      - targets: ['127.0.0.1:$target']
	END
	prometheus --config.file="$dir/prometheus.yml" --storage.tsdb.path="$dir/data" --log.level=info \
		--enable-feature=exemplar-storage --web.listen-address="127.0.0.1:$web" > "$dir/prometheus.log" 2>&1 3>&- &
	export prometheus=$!
	await curl -fsS -o /dev/null "http://127.0.0.1:$web/-/ready"
	# light enough to leave the machine to others for the while
	fio --name=load --filename="$loop" --size=64M --direct=1 --rw=randrw --bs=4k --ioengine=libaio --iodepth=8 \
		--rate_iops=1000 --time_based --runtime=1d > /dev/null 2>&1 3>&- &
	export load=$!
}

teardown_file()
{
	for pid in "${load-}" "${loader-}" "${prometheus-}"; do
		[ -z "$pid" ] || kill -TERM "$pid" 2> /dev/null || true
	done
	[ -z "${load-}" ] || wait "$load" "$loader" "$prometheus" 2> /dev/null || true
	[ -z "${loop-}" ] || losetup -d "$loop" 2> /dev/null || true
	! mountpoint -q "$BATS_FILE_TMPDIR/memory" || umount "$BATS_FILE_TMPDIR/memory"
}

# said TEXT: a figure for who looks on
said()
{
	echo "# $1" >&3
}

# ask QUERY: its result, as JSON
ask()
{
	curl -sS --data-urlencode "query=$1" "http://127.0.0.1:$web/api/v1/query"
}

# number QUERY: its one value; nothing for none
number()
{
	ask "$1" | jq -r '.data.result[0].value[1] // empty'
}

# scraped NR: so many scrapes have been taken
scraped()
{
	[ "$(number 'count_over_time(up{job="xentrace"}[1d])')" -ge "$1" ] 2> /dev/null
}

# await_scrapes NR: the time is Prometheus' own; it fails when none comes for a minute
await_scrapes()
{
	local done=0

	while [ "$done" -lt "$1" ]; do
		done=$((done + 10 < $1 ? done + 10 : $1))
		await scraped $done
	done
}

@test "Prometheus takes every scrape, and has nothing to say about them" {
	await_scrapes "$SCRAPES"
	[ "$(number 'min_over_time(up{job="xentrace"}[1d])')" = 1 ]
	said "samples a scrape: $(number 'scrape_samples_scraped'); took $(number 'avg_over_time(scrape_duration_seconds[1d])') s in the mean"
	[ "$(number scrape_samples_scraped)" -gt 300 ]
	[ "$(number scrape_samples_scraped)" -lt 3000 ]
	run grep -E 'level=(warn|error)' "$dir/prometheus.log"
	echo "$output"
	[ -z "$output" ]
}

@test "no counter shrinks, in all these scrapes" {
	curl -fsS "http://127.0.0.1:$web/api/v1/label/__name__/values" |
		jq -r '.data[] | select(test("^xentrace_.*_(total|count|sum|bucket)$"))' > "$dir/counters"
	[ "$(wc -l < "$dir/counters")" -ge 20 ]
	while read -r counter; do
		ask "sum(resets(${counter}[1d]))" | jq -r --arg n "$counter" \
			'.data.result[] | select(.value[1] != "0") | "\($n) shrank \(.value[1]) times"'
	done < "$dir/counters" > "$dir/shrunk"
	cat "$dir/shrunk"
	[ ! -s "$dir/shrunk" ]
}

@test "the load's rate is what Prometheus makes of two scrapes" {
	rate=$(number "sum(rate(xentrace_request_seconds_count{device=\"$disk\"}[$((INTERVAL * 10))s]))")
	said "$rate requests a second, of 2 x 1,000"
	jq -en --argjson rate "$rate" '$rate > 1400 and $rate < 2600'
}

# answered FILE: each line of it, a query, is taken; how many have no answer is counted in $empty
answered()
{
	local query answer

	empty=0
	while IFS= read -r query; do
		answer=$(ask "$query")
		if [ "$(jq -r .status <<< "$answer")" != success ]; then
			echo "$query: $answer"
			return 1
		fi
		[ "$(jq '.data.result | length' <<< "$answer")" -gt 0 ] || { said "no answer: $query"; empty=$((empty + 1)); }
	done < "$1"
}

@test "every query of the dashboard is answered" {
	jq -r '.. | .expr? // empty' tools/grafana/dashboard.json |
		sed -E "s/\\\$__rate_interval/$((INTERVAL * 4))s/g; s/\\\$(instance|disk)\b/.*/g" > "$dir/queries"
	[ "$(wc -l < "$dir/queries")" -ge 25 ]
	[ -z "$(grep -F '$' "$dir/queries")" ]
	answered "$dir/queries"
	# no answer: the device model's part, event channels, drops, losses, findings that are met
	[ "$empty" -le 6 ]
}

@test "every query of the page is answered" {
	sed -n 's/^\.Dl //p' tools/man/xentrace-bpf-export.8 > "$dir/queries"
	[ "$(wc -l < "$dir/queries")" -ge 25 ]
	answered "$dir/queries"
	# those that ask for what is wrong, and what only Xen's guests have
	[ "$empty" -le 16 ]
}

@test "rules: each is evaluated without an error; nothing here is emulated, and no such alert fires" {
	curl -fsS "http://127.0.0.1:$web/api/v1/rules" > "$dir/rules.json"
	jq -e '[.data.groups[].rules[]] | length >= 12 and all(.health == "ok" and (.lastError // "") == "")' "$dir/rules.json"
	for record in instance:xentrace_emulated:ratio_rate5m instance:xentrace_own_cpu:ratio_rate5m \
		instance_device_op:xentrace_backend_seconds:p99_rate5m instance:xentrace_requests_lost:ratio_rate5m; do
		[ -n "$(number "$record")" ]
	done
	jq -e '[.data.groups[].rules[] | select(.type == "alerting" and .name == "XentraceEmulatedShare")] |
		length == 1 and all(.state == "inactive")' "$dir/rules.json"
}

@test "the slowest request is an exemplar" {
	curl -fsS -G --data-urlencode 'query=xentrace_request_seconds_bucket' --data-urlencode "start=$(($(date +%s) - 3600))" \
		--data-urlencode "end=$(date +%s)" "http://127.0.0.1:$web/api/v1/query_exemplars" > "$dir/exemplars.json"
	jq -e --arg disk "$disk" '[.data[] | select(.seriesLabels.device == $disk) | .exemplars[] |
		select(.labels.leg != "" and (.value | tonumber) > 0)] | length > 0' "$dir/exemplars.json"
}

@test "what Prometheus has of the disk is the report's, to the unit" {
	kill -TERM "$load"
	wait "$load" || true
	# what is scraped twice from now on is the disk's end
	await_scrapes $(($(number 'count_over_time(up{job="xentrace"}[1d])') + 2))
	curl -fsS -G --data-urlencode "match[]={device=\"$disk\"}" "http://127.0.0.1:$web/federate" |
		sed -E 's/(,?)(instance|job)="[^"]*"//g; s/\{,/{/; s/,,/,/g; s/,\}/}/' > "$dir/federated"
	kill -TERM "$loader"
	await grep -q '"type":"total"' "$dir/run.json"
	said "$(tests/lib/same-metrics "$dir/run.json" "$dir/federated" "$disk")"
}

@test "series end with the process" {
	await test "$(number 'up{job="xentrace"}')" = 0 || true
	gone()
	{
		[ -z "$(number "xentrace_request_seconds_count{device=\"$disk\"}")" ]
	}
	await gone
}
