/* Frames of the flame trees: their names, the paths that they are made of, and the figures. */

/* Frames know their way back, and their time without idle and the guest's own code. */
function grow(frame, parent, kind) {
	frame.parent = parent;
	frame.kind = kind;
	frame.depth = parent ? parent.depth + 1 : 0;
	frame.kids = frame.kids || [];
	frame.kids.forEach((kid) => grow(kid, frame, kind));
	frame.drawn = frame.rest ? 0 : frame.ns - sum(frame.kids.map((kid) => kid.ns - kid.drawn));
	return frame;
}

/* "emulated / disk / sda / read" */
function way(frame) {
	if (!frame.parent)
		return "guest, " + D.terms.kinds[frame.kind];
	return frame.parent.parent ? way(frame.parent) + " / " + frame.name : frame.name;
}

const leaves = (frame) => frame.kids.length ? frame.kids.flatMap(leaves) : [frame];
const height = (frame) => 1 + Math.max(0, ...frame.kids.filter((kid) => kid.drawn).map(height));

/* The whole requests of which these paths are legs. */
function wholeRequests(legs) {
	const same = (a, b) => a.area === b.area && a.device === b.device && a.op === b.op;
	const hasLegs = (path) => isWhole(path) && legs.some((i) => same(D.paths[i], path));

	return [...D.paths.keys()].filter((i) => hasLegs(D.paths[i]));
}

/*
 * The paths whose events a frame is made of. Requests are counted whole: a frame above the legs
 * stands for the requests of its devices, whose legs it is made of.
 */
function pathsOf(frame) {
	const own = leaves(frame).map((leaf) => leaf.path).filter((i) => i !== undefined);

	if (frame.kind === CPU)
		return {paths: own, events: "passes"};
	if (!frame.kids.length)
		return {paths: own, events: "requests"};
	const whole = wholeRequests(own);

	if (whole.length)
		return {paths: whole, events: "whole requests"};
	return {paths: own, events: "legs of requests"};
}

const histOf = (paths) => paths.reduce((hist, i) => addPath(hist, D.paths[i]), emptyHist());

function statsRows(frame, whole) {
	const share = percent(frame.drawn, whole, 2) + " % of what is drawn";
	const rows = [["time", ns(frame.drawn)], ["share", share]];
	const {paths, events} = pathsOf(frame);

	if (!paths.length)
		return rows;
	const f = figures(histOf(paths));

	return [
		...rows, [events, count(f.count)], ["mean", ns(f.mean)], ["p50", ns(f.p50)],
		["p99", ns(f.p99)], ["p99.9", ns(f.p999)], ["max", ns(f.max)]
	];
}

/* A leaf says its mechanism again: the base may be too narrow for a label. */
function frameLabel(frame) {
	if (!frame.parent)
		return way(frame);
	if (frame.depth === 1)
		return mechName(frame.mech);
	if (frame.kids.length || frame.mech === GUEST)
		return frame.name;
	return `${frame.name} ${D.terms.letters[frame.mech]}`;
}

/* As much of a label as fits, in px. */
function cut(label, width) {
	const room = Math.floor((width - 8) / CHAR);

	if (label.length <= room)
		return label;
	return room < 3 ? "" : label.slice(0, room - 2) + "..";
}

/* Buckets put together until they can be seen, none left as a sliver: {first, last, count, ns} */
function barsOf(frame, scale) {
	const buckets = D.paths[frame.path].buckets, bars = [];
	let rest = frame.ns, bar = null;

	for (let i = 0; i < buckets.length; i += 3) {
		bar = bar || {first: buckets[i], count: 0, ns: 0};
		bar.last = buckets[i];
		bar.count += buckets[i + 1];
		bar.ns += buckets[i + 2];
		rest -= buckets[i + 2];
		if (rest && (bar.ns * scale < 1 || rest * scale < 1))
			continue;
		bars.push(bar);
		bar = null;
	}
	return bars;
}
