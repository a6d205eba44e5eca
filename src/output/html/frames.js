/* Frames of the flame trees: how they hang together, and their names. */

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
