/* The report from top to bottom. */
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
const flames = [
	new LatencyFlame(CPU, byId("cpu-flame"), choose),
	new LatencyFlame(WAIT, byId("wait-flame"), choose)
];

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

/* The time that matches in a graph, and its share of it. */
function saidOf(flame, match) {
	const found = flame.search(match), time = found ? ns(found) : "0 s";
	const share = percent(found, flame.root.drawn);

	return `${D.terms.kinds[flame.kind]} ${time}, ${share} % of what is drawn`;
}

const searched = flames.map((flame) => (match) => saidOf(flame, match));

showFirst();
drawAll();
