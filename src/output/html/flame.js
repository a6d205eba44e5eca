/*
 * The drawing of --format svg, which lies in the page as it is: each of its two graphs can be zoomed,
 * walked through by keys, and searched. What its frames are of, the drawing says: in their titles, and
 * by their order, the parts of a frame above it.
 */
const LEFT = 20, WIDTH = 1200; /* src/output/svg.c */

/* The drawing's own style is for paper; this is what the page adds to it. */
const drawingStyle = `
	svg { display: block; width: 100%; height: auto; border-radius: 6px }
	svg > rect[width="100%"] { fill: var(--page) }
	svg > text, #cpu > text, #wait > text { fill: var(--ink) }
	svg > .note, #cpu > .note, #wait > .note, svg > .tick { fill: var(--note) }
	svg > .bad { fill: var(--bad) }
	path { fill: var(--panel) }
	.frame { cursor: pointer; outline: none }
	.frame > rect { stroke: var(--page) }
	.frame:focus-visible > rect { stroke: var(--focus); stroke-width: 2.5 }
	.above { opacity: .55 }
	.chosen > rect { stroke: var(--ink); stroke-width: 1.5 }
	.searching .frame, .searching .cell { opacity: var(--dim) }
	.searching .found { opacity: 1 }
	.searching .frame.found > rect { stroke: var(--mark); stroke-width: 1.5 }
	.two .frame > rect { stroke: #a39b8c }
	.two .frame > text { fill: #000 }
	[hidden] { display: none }`;

/* Names are shown without what is not seen. */
const textOf = (element) => element.textContent.replace(unseen, (c) => c === "\n" ? c : "\ufffd");

/* Into its section; a browser that does not know the template's attribute is helped. */
function openDrawing(section) {
	const host = byId("drawing"), template = host.querySelector("template");

	if (template)
		host.attachShadow({mode: "open"}).append(template.content);
	host.shadowRoot.append(el("style", null, drawingStyle));
	section.append(host);
	for (const text of host.shadowRoot.querySelectorAll("text"))
		text.textContent = textOf(text);
	return host.shadowRoot;
}

/* A rectangle with its text, and what its title says. */
function partOf(g) {
	const title = g.querySelector("title"), said = textOf(title).split("\n");

	title.remove(); /* the browser would show it as well */
	return {
		g,
		said,
		rect: g.querySelector("rect"),
		text: g.querySelector("text"),
		ns: Number(g.dataset.ns)
	};
}

function isPartOf(part, whole) {
	for (; part; part = part.parent)
		if (part === whole)
			return true;
	return false;
}

/* tell(frame): what a tooltip says of it. */
class Flame {
	static zoomedIn = new Set();

	constructor(drawing, kind, tell, onChoose = () => {}) {
		this.kind = kind;
		this.group = drawing.getElementById(kind);
		this.tell = tell;
		this.onChoose = onChoose;
		this.frames = [];
		this.parts = [];
		for (const g of this.group.querySelectorAll(".frame, .cell"))
			this.read(g);
		for (const g of this.group.querySelectorAll(".part")) {
			const part = partOf(g), [name, rest] = part.said[0].split(": ");

			explain(g, () => [name, [["time", ns(part.ns)]], rest]);
		}
		this.root = this.frames[0];
		this.zoomed = this.root;
		this.chosen = null;
		this.group.setAttribute("role", "tree");
		this.group.setAttribute("aria-label", `${kind} by path`);
		this.group.addEventListener("keydown", (event) => this.key(event));
		if (this.root)
			this.zoom(this.root);
	}

	/*
	 * Frames come parents first, and behind a leaf the cells of its histogram; each part of a frame
	 * beside the one before. `at` and `ns` tell its place exactly.
	 */
	read(g) {
		const part = partOf(g), last = this.frames.at(-1);
		const isCell = g.matches(".cell");

		part.depth = isCell ? last.depth + 1 : Number(g.dataset.depth);
		part.parent = part.depth ? last : null;
		while (part.parent && part.parent.depth >= part.depth)
			part.parent = part.parent.parent;
		/* who called stands on the cells, beside each other as they are */
		const end = isCell ? "cellEnd" : "end";

		part.at = part.end = part.cellEnd = part.parent ? part.parent[end] : 0;
		if (part.parent)
			part.parent[end] += part.ns;
		this.parts.push(part);
		if (isCell) {
			explain(g, () => this.tellCell(part));
			return;
		}
		part.isFrame = true;
		part.kids = [];
		if (part.parent)
			part.parent.kids.push(part);
		this.name(part);
		this.frames.push(part);
		fill(g, {
			role: "treeitem",
			tabindex: -1,
			"data-way": part.way,
			"aria-label": part.said.join(", ")
		},
			[]);
		explain(g, () => this.tell(part));
		g.addEventListener("click", () => this.choose(part));
	}

	/* "guest / emulated / disk / sda" is "emulated / disk / sda", and its own name "sda". */
	name(frame) {
		const {parent} = frame;

		frame.way = parent ? frame.said[0].slice("guest / ".length) : `guest, ${this.kind}`;
		frame.name = parent && parent.parent ? frame.way.slice(parent.way.length + 3)
						     : frame.way;
	}

	tellCell({parent: frame, said, ns: time}) {
		const [, latency, events] = /^(.*): (.*) events, .* s$/.exec(said[1]);
		const share = percent(time, frame.ns) + " % of the path";

		return [
			frame.way,
			[
				["latency", latency], ["events", events], ["time", ns(time)],
				["share", share]
			]
		];
	}

	/* A leaf says its mechanism again: the base may be too narrow for a label. */
	label(frame) {
		const [mech] = frame.way.split(" / ");

		if (!frame.parent || (frame.kids.length && frame.depth > 1))
			return frame.name;
		if (frame.depth === 1)
			return mechName(mech);
		return mech === "guest" ? frame.name : `${frame.name} ${mechOf(mech).letter}`;
	}

	/* All from a frame up as wide as the graph, with what it is part of below it. */
	zoom(to) {
		const scale = WIDTH / to.ns;

		this.zoomed = to;
		hideTip();
		for (const part of this.parts) {
			const inside = isPartOf(part, to), around = !inside && isPartOf(to, part);

			part.g.toggleAttribute("hidden", !inside && !around);
			part.g.classList.toggle("above", around);
			if (inside)
				this.place(part, LEFT + (part.at - to.at) * scale, part.ns * scale);
			else if (around)
				this.place(part, LEFT, WIDTH);
		}
		this.frames.forEach(({g}) => g.setAttribute("tabindex", -1));
		to.g.setAttribute("tabindex", 0);
		if (to === this.root)
			Flame.zoomedIn.delete(this);
		else
			Flame.zoomedIn.add(this);
		byId("out").hidden = !Flame.zoomedIn.size;
		this.mark();
		return to.g;
	}

	place(part, x, width) {
		const {isFrame} = part;
		/* A hairline between cells that are wide enough to lose it. */
		const wide = !isFrame && width > 3 ? width - .6 : Math.max(width, .3);

		part.rect.setAttribute("x", x.toFixed(2));
		part.rect.setAttribute("width", wide.toFixed(2));
		if (isFrame && !part.text) {
			part.text = draw("text", {y: Number(part.rect.getAttribute("y")) + 15});
			part.g.append(part.text);
		}
		if (!part.text)
			return;
		part.text.setAttribute("x", (isFrame ? x + 4 : x + width / 2).toFixed(1));
		if (isFrame)
			part.text.textContent = cut(this.label(part), width);
	}

	choose(frame) {
		this.chosen = frame;
		this.zoom(frame);
		this.onChoose(frame);
	}

	/* Arrows walk: up to the largest part, down to the whole, sideways through a row. */
	neighbour(frame, key) {
		const shown = this.frames.filter(({g}) => !g.hasAttribute("hidden"));
		const row = shown.filter((other) => other.depth === frame.depth);
		const kids = frame.kids.filter((kid) => shown.includes(kid));

		switch (key) {
		case "ArrowUp":
			return kids.sort((a, b) => b.ns - a.ns)[0];
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
		const frame = this.frames.find(({g}) => g === event.target);
		const next = frame && this.neighbour(frame, event.key);

		if (!frame)
			return;
		if (next) {
			next.g.focus({focusVisible: true});
		} else if (event.key === "Enter" || event.key === " ") {
			this.choose(frame);
			frame.g.blur(); /* its tooltip comes with the focus */
			frame.g.focus({focusVisible: true});
		} else if (!event.key.startsWith("Arrow")) {
			return;
		}
		event.preventDefault();
	}

	/* Marks what matches a name, with all that is above it; returns its time, none of it twice. */
	search(match) {
		const names = (frame) => [frame.name, this.label(frame), frame.way];
		const share = (frame) =>
			this.matches(frame) ? frame.ns : sum(frame.kids.map(share));

		this.matches =
			match && ((frame) => frame.parent !== null && names(frame).some(match));
		this.mark();
		return match && this.root ? share(this.root) : 0;
	}

	mark() {
		this.group.classList.toggle("searching", Boolean(this.matches));
		for (const part of this.parts) {
			part.found = Boolean(this.matches) &&
				((part.parent && part.parent.found) ||
					(part.isFrame && this.matches(part)));
			part.g.classList.toggle("found", part.found);
			part.g.classList.toggle("chosen", part === this.chosen);
		}
	}

	/* "cpu 1.20 s, 3.0 % of what is drawn", of what search() returned. */
	said(found) {
		const share = percent(found, this.root ? this.root.ns : 0);

		return `${this.kind} ${found ? ns(found) : "0 s"}, ${share} % of what is drawn`;
	}
}
