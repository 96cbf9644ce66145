// What a page does by itself as time passes. Without this script <meta http-equiv="refresh"> does the same where it can, and
// there is a button or a link for all of it.
"use strict";
(() => {
	const here = location.pathname + location.search;

	// Calls tick with the whole seconds that are left, every second and at once, until it is stopped or none is left.
	const countdown = (seconds, tick) => {
		const end = Date.now() + seconds * 1000;
		const timer = setInterval(() => step(Math.max(0, Math.ceil((end - Date.now()) / 1000))), 1000);
		const step = (left) => {
			if (left === 0) clearInterval(timer);
			tick(left);
		};
		step(seconds);
		return () => clearInterval(timer);
	};

	// How long a payment can still be made. A screen reader is told twice, not every second.
	const time = document.querySelector("#left[data-seconds]");
	if (time) {
		const name = document.getElementById("left-name");
		const said = document.getElementById("left-said");
		const show = (left) => {
			const minutes = Math.floor(left / 60);
			if (minutes < 60) return minutes + ":" + String(left % 60).padStart(2, "0");
			return time.dataset.long.replace("{hours}", Math.floor(minutes / 60)).replace("{minutes}", minutes % 60);
		};
		let before = 0;
		name.textContent = name.dataset.left;
		countdown(Number(time.dataset.seconds), (left) => {
			time.textContent = show(left);
			if (before > 300 && left <= 300) said.textContent = said.dataset.five;
			if (before > 60 && left <= 60) said.textContent = said.dataset.last;
			before = left;
			const sending = document.querySelector("[aria-busy]");
			if (left === 0 && !sending) location.replace(here);
		});
	}

	// Has the bank answered? Then the page is another one, or leads elsewhere.
	const waiting = document.querySelector("[data-again]");
	if (waiting) {
		const pause = Number(waiting.dataset.again) * 1000;
		const ask = async () => {
			try {
				const answer = await fetch(here, {redirect: "manual", cache: "no-store"});
				const busy = answer.status === 429 || answer.status >= 500;
				const same = (await answer.text()).includes('" data-again="'); // in a text of the shop the quotes would be escaped
				if (!busy && !same) return location.replace(here);
			} catch {
				// No network: asked again.
			}
			setTimeout(ask, pause);
		};
		setTimeout(ask, pause);
	}

	// Back to the shop, unless the payer would rather stay.
	const way = document.querySelector("[data-return]");
	if (way) {
		const note = document.getElementById("returning");
		const stay = document.getElementById("stay");
		const go = () => {
			if (way.tagName === "FORM") HTMLFormElement.prototype.requestSubmit.call(way);
			else location.replace(way.href);
		};
		note.hidden = stay.hidden = way.dataset.return === "0";
		const stop = countdown(Number(way.dataset.return), (left) => {
			note.textContent = note.dataset.text.replace("{seconds}", left);
			if (left === 0) go();
		});
		stay.addEventListener("click", () => {
			stop();
			note.hidden = stay.hidden = true;
		});
	}
})();
