/* Ticks of both kinds of axis. */

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

/* Steps of a time axis in ms, so that there are at most `most` of them. */
function timeStep(span, most) {
	const steps = [
		1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1.5e4, 3e4, 6e4, 12e4, 3e5,
		6e5, 9e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5
	];

	return steps.find((step) => span / step <= most) || span;
}
