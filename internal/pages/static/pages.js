// Comfort for the forms; every page works without it. It blocks nothing: the server judges what is sent.
"use strict";
(() => {
	// First digits of the brands (R16), most specific first.
	const brands = [
		["HU", /^9860/],
		["UZ", /^(8600|5614)/],
		["AX", /^3[47]/],
		["UP", /^(62|81)/],
		["MC", /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/],
		["VI", /^4/],
	];
	const digits = (text) => text.replace(/\D/g, "");
	const brandOf = (number) => (brands.find(([, start]) => start.test(number)) || [""])[0];

	const groups = (number) => {
		const sizes = brandOf(number) === "AX" ? [4, 6, 5] : [4, 4, 4, 4, 3];
		const parts = [];
		let at = 0;
		for (const size of sizes) {
			if (at < number.length) parts.push(number.slice(at, at + size));
			at += size;
		}
		return parts.join(" ");
	};

	const luhn = (number) => {
		let sum = 0;
		for (let i = 0; i < number.length; i++) {
			let digit = Number(number[number.length - 1 - i]);
			if (i % 2 === 1) {
				digit *= 2;
				if (digit > 9) digit -= 9;
			}
			sum += digit;
		}
		return sum % 10 === 0;
	};

	// A shape turns digits into the text of a field; growing tells whether the payer is typing on.
	const shapes = {
		number: (all) => groups(all.slice(0, 19)),
		expiry: (all, growing) => {
			if (growing && all.length === 1 && all > "1") all = "0" + all;
			if (all.length === 6) all = all.slice(0, 2) + all.slice(4); // 08/2029 from a browser's memory
			if (all.length < 2 || (all.length === 2 && !growing)) return all;
			return all.slice(0, 2) + "/" + all.slice(2, 4);
		},
		cvc: (all) => all.slice(0, 4),
		saved_cvc: (all) => all.slice(0, 4),
		code: (all) => all.slice(0, 6),
	};

	// What is wrong with a field, as far as a browser can tell.
	const complaints = {
		number: (input) => {
			const number = digits(input.value);
			return number.length < 13 || !luhn(number) ? input.dataset.wrong : "";
		},
		expiry: (input) => {
			const match = /^(\d\d)\/(\d\d)$/.exec(input.value);
			const month = match ? Number(match[1]) : 0;
			if (month < 1 || month > 12) return input.dataset.wrong;
			const now = new Date();
			const past = 2000 + Number(match[2]) < now.getFullYear() || (2000 + Number(match[2]) === now.getFullYear() && month < now.getMonth() + 1);
			return past ? input.dataset.past : "";
		},
	};

	// What a field says when it is left waits until the pointer is up again: a text that appears under a pressed pointer moves
	// the button away from it, and the click is lost.
	let pressed = false;
	const waiting = [];
	addEventListener("pointerdown", () => { pressed = true; }, true);
	for (const end of ["pointerup", "pointercancel"]) {
		addEventListener(end, () => {
			pressed = false;
			setTimeout(() => waiting.splice(0).forEach((act) => act()));
		}, true);
	}
	const whenReleased = (act) => pressed ? waiting.push(act) : setTimeout(act);

	const say = (input, text) => {
		const note = document.getElementById(input.id + "-error");
		note.textContent = text;
		note.hidden = text === "";
		if (text === "") input.removeAttribute("aria-invalid");
		else input.setAttribute("aria-invalid", "true");
	};

	// Keeps a field in its shape while it is edited. The caret stays behind the digit it stood behind; deleting a separator
	// takes the digit next to it along, otherwise it would come back at once.
	const keep = (input, shape) => {
		let last = "";
		const settle = (event) => {
			const kind = (event && event.inputType) || "";
			let all = digits(input.value);
			let before = digits(input.value.slice(0, input.selectionStart)).length;
			const atEnd = input.selectionStart === input.value.length;
			if (all === last && kind === "deleteContentBackward" && before > 0) {
				all = all.slice(0, before - 1) + all.slice(before);
				before--;
			} else if (all === last && kind === "deleteContentForward") {
				all = all.slice(0, before) + all.slice(before + 1);
			} else if (input.id === "expiry" && !kind.startsWith("delete") && /^\d\D/.test(input.value)) {
				all = "0" + all; // "1/" means January
			}
			const text = shape(all, !kind.startsWith("delete"));
			last = digits(text);
			if (text === input.value) return;
			input.value = text;
			if (document.activeElement !== input) return;
			let caret = atEnd ? text.length : 0;
			for (let seen = 0; !atEnd && seen < before && caret < text.length; caret++) {
				if (/\d/.test(text[caret])) seen++;
			}
			input.setSelectionRange(caret, caret);
		};
		input.addEventListener("input", settle);
		settle();
	};

	const showCard = (number, holder) => {
		const known = digits(number.value);
		const brand = brandOf(known);
		const marks = document.querySelector(".marks");
		if (marks) {
			const chosen = marks.querySelector('[data-brand="' + brand + '"]');
			for (const mark of marks.children) mark.classList.toggle("chosen", mark === chosen);
			marks.toggleAttribute("data-known", chosen !== null);
		}
		const card = document.querySelector(".card");
		if (!card) return;
		document.getElementById("card-brand").setAttribute("href", "#mark-" + (brand || "none"));
		const length = Math.max(brand === "AX" ? 15 : 16, known.length);
		document.getElementById("card-number").textContent = groups(known.padEnd(length, "0")).replace(/\d/g, (digit, at, text) =>
			digits(text.slice(0, at)).length < known.length ? digit : "•");
		document.getElementById("card-holder").textContent = holder.value.trim() || "NAME SURNAME";
		card.classList.toggle("named", holder.value.trim() !== "");
	};

	for (const [id, shape] of Object.entries(shapes)) {
		const input = document.getElementById(id);
		if (input) keep(input, shape);
	}
	for (const [id, complaint] of Object.entries(complaints)) {
		const input = document.getElementById(id);
		if (input) input.addEventListener("blur", () => whenReleased(() => input.value !== "" && say(input, complaint(input))));
	}
	for (const input of document.querySelectorAll("input[aria-describedby]")) {
		input.addEventListener("input", () => say(input, ""));
	}
	const number = document.getElementById("number");
	const holder = document.getElementById("holder");
	if (number && holder) {
		const show = () => showCard(number, holder);
		number.addEventListener("input", show);
		holder.addEventListener("input", show);
		show();
	}
	// What autofocus does, also in a frame, where browsers refuse it. Whoever has gone on already stays there.
	const first = document.getElementById("summary") || document.getElementById("code");
	const focused = () => document.activeElement !== document.body;
	if (first) addEventListener("load", () => requestAnimationFrame(() => focused() || first.focus()));

	// There is room for the receipt beside the form, and none above it on a phone.
	const receipt = document.querySelector(".receipt");
	if (receipt) receipt.open = matchMedia("(min-width: 48rem)").matches;

	// What is not used is not sent: the fields of a card when a saved one pays, and all of it when the payer pays in another way.
	const another = document.getElementById("new-card");
	const code = document.getElementById("saved-card");
	if (another) {
		const picked = (name) => (document.querySelector('[name="' + name + '"]:checked') || {}).value;
		const use = (part, yes) => { part.hidden = part.disabled = !yes; };
		const settle = () => {
			use(another, !picked("saved"));
			if (code) use(code, Boolean(picked("saved")));
			use(document.getElementById("by-card"), (picked("method") || "bankcard") === "bankcard");
		};
		for (const radio of document.querySelectorAll("input[type=radio]")) radio.addEventListener("change", settle);
		settle();
	}

	// One click, one post, whichever form of the page it is in. The buttons are disabled after the browser has collected the
	// form, so that the value of the pressed one is sent.
	let sent = false;
	const allow = (yes) => {
		sent = !yes;
		for (const button of document.querySelectorAll("button[type=submit]")) {
			button.disabled = !yes;
			if (yes) button.removeAttribute("aria-busy");
		}
	};
	for (const form of document.forms) {
		form.addEventListener("submit", (event) => {
			if (sent) {
				event.preventDefault();
				return;
			}
			sent = true;
			const pressed = event.submitter || form.querySelector("button[type=submit]");
			pressed.setAttribute("aria-busy", "true");
			setTimeout(() => allow(false));
			setTimeout(() => allow(true), 20000); // the answer never came
		});
	}

	// A browser that keeps the page for its Back button must not keep the card with it. When it brings the page back, the page
	// asks the server for what is true by then.
	addEventListener("pagehide", () => {
		for (const input of document.querySelectorAll("input[type=text]")) {
			input.value = "";
			input.dispatchEvent(new Event("input"));
		}
	});
	addEventListener("pageshow", (event) => event.persisted && location.replace(location.pathname + location.search));
})();
