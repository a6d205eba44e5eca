/* Paths and their histograms: log-linear, 8 buckets an octave, read as src/model/hist.c reads them. */
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

const emptyHist = () => ({count: new Float64Array(BUCKETS), ns: new Float64Array(BUCKETS), max: 0});

/* A path's buckets, which are named by where they end, into a histogram. */
function addPath(hist, path) {
	for (const [end, events, time] of path.buckets) {
		const i = bucketOf(end - 1);

		hist.count[i] += events;
		hist.ns[i] += time;
	}
	hist.max = Math.max(hist.max, path.max_ns);
	return hist;
}

const histOf = (paths) => paths.reduce((hist, i) => addPath(hist, total.paths[i]), emptyHist());

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
	const events = sum(hist.count), time = sum(hist.ns);

	return {
		count: events,
		mean: events ? time / events : 0,
		max: hist.max,
		p50: quantile(hist, .5),
		p99: quantile(hist, .99),
		p999: quantile(hist, .999),
	};
}

/* It measures all that was waited for. */
const isWhole = (path) => path.whole === true;
const isTimer = (path) => path.area === "timers";

/* "pv / disk / xvdb / read / queue", as the drawing calls its frame. */
const wayOf =
	(path) => [path.mechanism, path.area, path.device, path.op, path.leg].filter(Boolean).join(
		" / ");

/* "wait / emulated / disk / sda / read / whole requests" */
function pathName(i) {
	const path = total.paths[i];

	return `${path.kind} / ` +
		wayOf(path.leg === "total" ? {...path, leg: "whole requests"} : path);
}

/* The shade of a latency in a mechanism's hue. */
function shade(mech, latency) {
	const {shades} = mechOf(mech), at = bucketOf(latency) - own.first_bucket;

	return shades[Math.min(Math.max(at, 0), shades.length - 1)];
}

/* 1, 2, 5, 10, .. of a latency axis between two buckets; fewer where they would touch. */
function latencyTicks(first, last, pixels) {
	const ticks = [];

	for (let decade = 1; decade <= 1e12; decade *= 10)
		for (const digit of [1, 2, 5]) {
			const at = position(digit * decade);

			if (at >= first && at <= last + 1)
				ticks.push({
					at,
					digit,
					text: ns(digit * decade).replace(/\.0+(?= )/, "")
				});
		}
	const near = (list) => list.some(
		(tick, i) => i && (tick.at - list[i - 1].at) * pixels / (last + 1 - first) < 1);

	return near(ticks) ? ticks.filter((tick) => tick.digit === 1) : ticks;
}
