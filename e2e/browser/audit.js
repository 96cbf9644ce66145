// What is wrong with the page in the window, for somebody who cannot see it well, cannot use a mouse or holds a phone.
// WCAG 2.2, level AA; the target size is the 44 px of 2.5.5.
((phone) => {
	const wrongs = [];
	const wrong = (element, what) => wrongs.push(what + ": " + element.outerHTML.slice(0, 120));
	const visible = (element) => element.checkVisibility({visibilityProperty: true}) && element.getBoundingClientRect().width > 1;
	const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);

	// Names: what a screen reader says.
	if (!document.documentElement.lang || !document.title.trim()) wrongs.push("no language or no title");
	if (all("h1").length !== 1 || all("main").length !== 1) wrongs.push("not one heading in one main part");
	const standard = {number: "cc-number", holder: "cc-name", expiry: "cc-exp", cvc: "cc-csc", saved_cvc: "cc-csc", code: "one-time-code", amount: "transaction-amount", contact: "email"};
	for (const input of all("input")) {
		if (![...input.labels].some((label) => visible(label) && label.innerText.trim())) wrong(input, "no label");
		if (input.type !== "text") continue; // a choice, which its label says all of
		if (input.autocomplete !== standard[input.name]) wrong(input, "autocomplete is not " + standard[input.name]);
		for (const id of input.getAttribute("aria-describedby").split(" ")) {
			if (!document.getElementById(id)) wrong(input, "nothing has the id " + id);
		}
	}
	for (const target of all("a, button")) {
		if (!target.innerText.trim()) wrong(target, "no name");
	}
	for (const picture of all("svg, img")) {
		if (!picture.closest("[aria-hidden=true], [role=img][aria-label]")) wrong(picture, "neither named nor decoration");
	}

	// Order: Tab goes down the page, and in a row to the right.
	const stops = all("a, button, input");
	for (const [i, stop] of stops.entries()) {
		if (stop.tabIndex !== 0) wrong(stop, "tabindex " + stop.tabIndex);
		if (i === 0) continue;
		const [before, here] = [stops[i - 1].getBoundingClientRect(), stop.getBoundingClientRect()];
		const below = here.top >= before.bottom - 1, beside = here.top < before.bottom && here.bottom > before.top && here.left >= before.right - 1;
		if (!below && !beside) wrong(stop, "Tab comes back to it");
	}

	// Places: nothing is cut off, everything can be hit.
	if (document.documentElement.scrollWidth > innerWidth) wrongs.push("wider than the window by " + (document.documentElement.scrollWidth - innerWidth) + " px");
	for (const element of all("body *")) {
		const style = getComputedStyle(element);
		if (style.overflow !== "visible" && element.scrollWidth > element.clientWidth + 1 && !element.closest("svg, input")) wrong(element, "cut off");
	}
	if (phone) {
		for (const target of all("a, button, input")) {
			const box = (["radio", "checkbox"].includes(target.type) ? target.labels[0] : target).getBoundingClientRect();
			if (box.height < 43.9 || box.width < 43.9) wrong(target, "a target of " + box.width.toFixed(1) + " by " + box.height.toFixed(1) + " px");
		}
	}

	// Colours: contrast of what is written with everything that may lie behind it.
	const colours = (text) => [...text.matchAll(/rgba?\(([^)]*)\)/g)].map(([, parts]) => {
		const [r, g, b, a = 1] = parts.split(/[ ,/]+/).filter(Boolean).map((part) => part.endsWith("%") ? parseFloat(part) / 100 : Number(part));
		return {r, g, b, a};
	});
	const over = (top, below) => {
		const mix = (name) => top[name] * top.a + below[name] * (1 - top.a);
		return {r: mix("r"), g: mix("g"), b: mix("b"), a: 1};
	};
	const luminance = ({r, g, b}) => {
		const linear = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
		return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
	};
	const contrast = (one, other) => {
		const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
		return (high + 0.05) / (low + 0.05);
	};
	// grounds are the colours that may lie behind an element: one, or more where there is a gradient.
	const grounds = (element) => {
		element.scrollIntoView({block: "center", behavior: "instant"});
		const box = element.getBoundingClientRect();
		const stack = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2);
		let below = [{r: 255, g: 255, b: 255, a: 1}];
		for (const layer of stack.slice(Math.max(stack.indexOf(element), 0)).reverse()) {
			const style = getComputedStyle(layer);
			const [plain] = colours(style.backgroundColor);
			below = below.map((colour) => over(plain, colour));
			const ends = colours(style.backgroundImage);
			if (ends.length > 0) below = ends.flatMap((end) => below.map((colour) => over(end, colour)));
		}
		return below;
	};
	const opacity = (element) => element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
	const judge = (element, text, colour) => {
		const [ink] = colours(colour);
		ink.a *= opacity(element);
		for (const ground of grounds(element)) {
			const ratio = contrast(over(ink, ground), ground);
			if (ratio < 4.5) return wrong(element, "contrast " + ratio.toFixed(2) + " of " + JSON.stringify(text.trim().slice(0, 30)));
		}
	};
	const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	let seen = 0;
	while (words.nextNode()) {
		const element = words.currentNode.parentElement;
		if (!words.currentNode.data.trim() || element.closest("svg") || !visible(element)) continue;
		judge(element, words.currentNode.data, getComputedStyle(element).color);
		seen++;
	}
	scrollTo(0, 0);
	if (seen < 3) wrongs.push("hardly a word on the page");
	for (const input of all("input")) {
		judge(input, input.value || "(typed)", getComputedStyle(input).color);
		if (input.placeholder) judge(input, input.placeholder, getComputedStyle(input, "::placeholder").color);
	}
	return wrongs;
})
