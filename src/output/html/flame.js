/*
 * A flame graph, by the rules of svg: root at the bottom, width is time, idle and the guest's own
 * code left out. What its frames are of, their colours and words, say those that extend it:
 * summary(), tell(frame), say(frame), paint(frame), and on top of a leaf drawTop() in topHeight.
 */
const ROW = 22, CHAR = 6.9;

class Flame {
	constructor(kind, section, onChoose) {
		this.kind = kind;
		this.topHeight = 0;
		this.root = grow(D.trees[kind], null, kind);
		this.zoomed = this.root;
		this.chosen = null;
		this.onChoose = onChoose;
		this.about = el("p");
		this.out = el("button", {type: "button"}, "Zoom out");
		this.out.addEventListener("click", () => this.zoom(this.root));
		this.svg = draw("svg", {
			role: "tree",
			"aria-label": section.querySelector("h2").firstChild.data.trim()
		});
		this.svg.addEventListener("keydown", (event) => this.key(event));
		section.append(el("div", {class: "above-graph"}, this.about, this.out),
			el("div", {class: "graph"}, this.svg));
	}

	/* Frames that are drawn, each with its place. */
	layOut(width) {
		const places = [], scale = width / (this.zoomed.drawn || 1);
		const place = (frame, x) => {
			places.push({frame, x, width: frame.drawn * scale});
			for (const kid of frame.kids) {
				if (kid.drawn * scale >= .2)
					place(kid, x);
				x += kid.drawn * scale;
			}
		};

		for (let frame = this.zoomed.parent; frame; frame = frame.parent)
			places.unshift({frame, x: 0, width, above: true});
		place(this.zoomed, 0);
		return {places, scale};
	}

	draw() {
		const width = this.svg.parentNode.clientWidth || 1200;
		const total = (this.zoomed.depth + height(this.zoomed)) * ROW + this.topHeight + 2;
		const {places, scale} = this.layOut(width);

		this.svg.replaceChildren();
		this.svg.setAttribute("viewBox", `0 0 ${width} ${total}`);
		this.svg.setAttribute("height", total);
		this.out.hidden = this.zoomed === this.root;
		this.about.replaceChildren(this.summary());
		this.frames = new Map();
		if (!this.root.drawn) {
			this.svg.append(draw("text", {x: 4, y: total - 8}, "nothing was measured"));
			return;
		}
		for (const place of places)
			this.drawFrame(place, total, scale);
		this.frames.get(this.zoomed).setAttribute("tabindex", 0);
		this.mark();
	}

	drawFrame({frame, x, width, above}, total, scale) {
		const y = total - (frame.depth + 1) * ROW - 1;
		const fill = this.paint(frame);
		const wide = Math.max(width, .3).toFixed(2);
		const rect = {x: x.toFixed(2), y, width: wide, height: ROW, rx: 1.5, fill};
		const g = draw("g", {
			class: above ? "frame above" : "frame",
			tabindex: -1,
			role: "treeitem",
			"aria-label": `${way(frame)}: ${this.say(frame)}`,
			"data-ns": frame.drawn,
			"data-way": way(frame)
		});

		g.append(draw("rect", rect),
			draw("text", {x: (x + 4).toFixed(1), y: y + 15},
				cut(frameLabel(frame), width)));
		explain(g, () => this.tell(frame));
		g.addEventListener("click", () => this.choose(frame));
		if (!above)
			this.drawTop(g, frame, x, y, scale);
		this.frames.set(frame, g);
		this.svg.append(g);
	}

	drawTop() {
	}

	choose(frame) {
		this.chosen = frame;
		this.zoom(frame);
		this.onChoose(frame);
	}

	zoom(frame) {
		this.zoomed = frame;
		hideTip();
		this.draw();
		return this.frames.get(frame);
	}

	/* Arrows walk: up to the largest part, down to the whole, sideways through a row. */
	neighbour(frame, key) {
		const shown = [...this.frames.keys()];
		const row = shown.filter((other) => other.depth === frame.depth);
		const parts = frame.kids.filter((kid) => this.frames.has(kid));

		switch (key) {
		case "ArrowUp":
			return parts.sort((a, b) => b.drawn - a.drawn)[0];
		case "ArrowDown":
			return frame.parent;
		case "ArrowLeft":
			return row[row.indexOf(frame) - 1];
		case "ArrowRight":
			return row[row.indexOf(frame) + 1];
		}
		return null;
	}

	key(event) {
		const at = [...this.frames].find(([, g]) => g === document.activeElement);

		if (!at)
			return;
		const [frame] = at, next = this.neighbour(frame, event.key);

		if (next) {
			this.frames.get(next).focus({focusVisible: true});
		} else if (event.key === "Enter" || event.key === " ") {
			this.choose(frame);
			this.frames.get(frame).focus({focusVisible: true});
		} else if (!event.key.startsWith("Arrow")) {
			return;
		}
		event.preventDefault();
	}

	/* Marks what matches a name, with all that is above it; returns its time, none of it twice. */
	search(match) {
		const names = (frame) => [frame.name, frameLabel(frame), way(frame)];

		this.matches =
			match && ((frame) => frame.parent !== null && names(frame).some(match));
		this.mark();
		if (!match)
			return 0;
		const share = (frame) =>
			this.matches(frame) ? frame.drawn : sum(frame.kids.map(share));

		return share(this.root);
	}

	mark() {
		this.svg.classList.toggle("searching", Boolean(this.matches));
		for (const [frame, g] of this.frames) {
			let found = false;

			for (let up = frame; this.matches && up && !found; up = up.parent)
				found = this.matches(up);
			g.classList.toggle("found", found);
			g.classList.toggle("chosen", frame === this.chosen);
		}
	}
}
