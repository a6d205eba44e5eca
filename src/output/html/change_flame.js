/*
 * The differential flame graph: a frame is as wide as the time that both runs spent in it a second,
 * together, so that what one of them does not have is seen as well.
 */

/* The first run's part of what is drawn, as grow() does it for both. */
function growBefore(frame) {
	frame.kids.forEach(growBefore);
	frame.before =
		frame.rest ? 0 : frame.was - sum(frame.kids.map((kid) => kid.was - kid.before));
	return frame;
}

const perSecond = (value) => `${ns(value)} a second`;

class ChangeFlame extends Flame {
	constructor(...args) {
		super(...args);
		growBefore(this.root);
	}

	/* Of its time: before, after, and the change in words. */
	figures(frame) {
		const before = frame.before, after = frame.drawn - before, change = after - before;
		const size = (change < 0 ? "−" : "+") + ns(Math.abs(change));

		if (!before || !after)
			return [before, after, before ? "only before" : "only after"];
		return [before, after, `${size} (${signed(after / before - 1)} %)`];
	}

	summary() {
		const [before, after, change] = this.figures(this.zoomed);
		const name = this.zoomed === this.root ? "" : way(this.zoomed) + ": ";

		return this.root.drawn
			? `${name}${perSecond(before)} before, ${ns(after)} after: ${change}`
			: "";
	}

	tell(frame) {
		const [before, after, change] = this.figures(frame);
		const rows = [
			["before", perSecond(before)], ["after", perSecond(after)],
			["change", change],
			["share", percent(frame.drawn, this.root.drawn, 2) + " % of what is drawn"]
		];
		const note = frame === this.root ? "click: all of it" : "click: zoom";

		return [way(frame), rows, frame === this.zoomed && frame.parent ? "" : note];
	}

	say(frame) {
		const [before, after, change] = this.figures(frame);

		return `${perSecond(before)} before, ${ns(after)} after, ${change}`;
	}

	paint(frame) {
		return changeColor(frame.drawn ? 1 - 2 * frame.before / frame.drawn : 0);
	}
}

function changeLegend() {
	const steps = [
		[-1, "only before"], [-1 / 3, "half of it gone"], [0, "the same"],
		[1 / 3, "twice as much"], [1, "only after"]
	];
	const say = ([share, text]) => el("span", null,
		el("i", {class: "swatch", style: `background:${changeColor(share)}`}), text);

	return el("p", {class: "legend"}, steps.map(say));
}
