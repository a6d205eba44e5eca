/* The page from top to bottom, and what concerns all of it: theme, search, keys, size. */
const themes = ["auto", "light", "dark"];
const darkScreen = matchMedia("(prefers-color-scheme: dark)");
let theme = "auto";

/* Pages opened from a file may be refused a place to remember things. */
function remembered(value) {
	try {
		if (value !== undefined)
			localStorage.setItem("xentrace-theme", value);
		return localStorage.getItem("xentrace-theme");
	} catch {
		return null;
	}
}

function setTheme(to) {
	theme = themes.includes(to) ? to : "auto";
	document.documentElement.dataset.theme =
		theme === "auto" ? (darkScreen.matches ? "dark" : "light") : theme;
	byId("theme").textContent = `Theme: ${theme}`;
}

function nextTheme() {
	setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]);
	remembered(theme);
}

setTheme(remembered());
darkScreen.addEventListener("change", () => setTheme(theme));
byId("theme").addEventListener("click", nextTheme);

drawHead();
drawFindings();
drawSpectrum();
drawCpu();
drawWait();
drawSlowest();
drawEvents();
drawBooks();

const heat = new Heat(byId("heat"));
const compare = new Compare(byId("compare"));
const heatName = (frame) =>
	`${D.terms.kinds[frame.kind]} / ${way(frame)}, ${pathsOf(frame).events}`;
const choose = (frame) => heat.show(pathsOf(frame).paths, heatName(frame));
const flames =
	[new Flame(CPU, byId("cpu-flame"), choose), new Flame(WAIT, byId("wait-flame"), choose)];

byId("wait-flame").append(flameLegend());

function drawAll() {
	flames.forEach((flame) => flame.draw());
	compare.draw();
	heat.draw();
}

/* At first the requests most waited for; without any, the cpu paths. */
function showFirst() {
	const wait = D.waits.find((row) => row.measured && !row.stacked);
	const i = wait ? pathOf(wait) : -1;

	if (i >= 0)
		heat.show([i], pathName(i));
	else
		heat.show(pathsOf(flames[CPU].root).paths, heatName(flames[CPU].root));
}

showFirst();
drawAll();

/* A regular expression, or the text itself where it is none. */
function matcher(text) {
	let pattern;

	try {
		pattern = new RegExp(text, "i");
	} catch {
		return (name) => name.toLowerCase().includes(text.toLowerCase());
	}
	return (name) => pattern.test(name);
}

/* The time that matches in each graph, and its share of it. */
function search() {
	const text = byId("search").value.trim(), match = matcher(text);
	const names = (frame) => [frame.name, frameLabel(frame), way(frame)];
	const matches = (frame) => frame.parent !== null && names(frame).some(match);
	const said = flames.map((flame) => {
		const found = flame.search(text ? matches : null), of = flame.root.drawn;
		const time = found ? ns(found) : "0 s";

		return `${D.terms.kinds[flame.kind]} ${time}, ${
			percent(found, of)} % of what is drawn`;
	});

	byId("matched").textContent = text ? "matched: " + said.join(" · ") : "";
}

byId("search").addEventListener("input", search);

function zoomOut(all) {
	const deepest = flames.filter((flame) => flame.zoomed !== flame.root).pop();

	if (!deepest)
		return;
	const had = deepest.svg.contains(document.activeElement);
	const frame = deepest.zoom(all ? deepest.root : deepest.zoomed.parent);

	if (had)
		frame.focus({focusVisible: true});
}

document.addEventListener("keydown", (event) => {
	const typing = event.target.matches("input, select, textarea");

	if (event.ctrlKey || event.altKey || event.metaKey)
		return;
	if (event.key === "Escape") {
		hideTip();
		if (event.target === byId("search") && byId("search").value) {
			byId("search").value = "";
			search();
		} else {
			zoomOut(true);
		}
	} else if (typing) {
		return;
	} else if (event.key === "Backspace") {
		zoomOut(false);
	} else if (event.key === "/") {
		byId("search").focus();
	} else if (event.key === "t") {
		nextTheme();
	} else {
		return;
	}
	event.preventDefault();
});

/* Paper has no pointer. */
addEventListener("beforeprint",
	() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));

let drawnWidth = innerWidth;

/* Of the height nothing depends. */
addEventListener("resize", () => {
	if (innerWidth !== drawnWidth)
		drawAll();
	drawnWidth = innerWidth;
});
