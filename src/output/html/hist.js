/* The log-linear histogram: 8 buckets an octave (bpf/abi.h), read as src/model/hist.c reads it. */
const SUBS = 8, BUCKETS = 320;

const lower = (i) => i < 2 * SUBS ? i : (SUBS + i % SUBS) * 2 ** (Math.floor(i / SUBS) - 1);
const upper = (i) => lower(i + 1);

function bucketOf(value) {
	if (value < SUBS)
		return Math.floor(value);
	const octave = Math.floor(Math.log2(value));

	return Math.min(
		(octave - 2) * SUBS + Math.floor(value / 2 ** (octave - 3)) % SUBS, BUCKETS - 1);
}

/* Where a latency lies on an axis whose unit is one bucket. */
function position(value) {
	if (value < SUBS)
		return value;
	const octave = Math.floor(Math.log2(value));

	return (octave - 2) * SUBS + value / 2 ** (octave - 3) - SUBS;
}

function emptyHist() {
	return {count: new Float64Array(BUCKETS), ns: new Float64Array(BUCKETS), max: 0};
}

/* A path's flat list (bucket, count, ns, ...) into a histogram. */
function addPath(hist, path) {
	for (let i = 0; i < path.buckets.length; i += 3) {
		hist.count[path.buckets[i]] += path.buckets[i + 1];
		hist.ns[path.buckets[i]] += path.buckets[i + 2];
	}
	hist.max = Math.max(hist.max, path.max);
	return hist;
}

function quantile(hist, q) {
	const rank = q * sum(hist.count);
	let seen = 0;

	for (let i = 0; i < BUCKETS; i++) {
		seen += hist.count[i];
		if (seen && seen >= rank)
			return Math.min(lower(i) + Math.floor((upper(i) - lower(i)) / 2), hist.max);
	}
	return seen ? hist.max : 0;
}

function figures(hist) {
	const events = sum(hist.count), total = sum(hist.ns);

	return {
		count: events,
		total,
		mean: events ? total / events : 0,
		max: hist.max,
		p50: quantile(hist, .5),
		p99: quantile(hist, .99),
		p999: quantile(hist, .999),
	};
}

/* It measures all that was waited for: src/model/snapshot.c, path_key__is_whole(). */
const isWhole = (path) => path.kind === WAIT && (path.leg === "total" || path.leg === "lateness");
const isTimer = (path) => D.terms.areas[path.area] === "timers";

/* The shade of a latency in a mechanism's hue. */
function shade(mech, latency) {
	const shades = D.palette.cells[mech];
	const at = bucketOf(latency) - D.palette.first;

	return shades[Math.min(Math.max(at, 0), shades.length - 1)];
}
