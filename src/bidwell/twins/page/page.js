"use strict";

const said = document.getElementById("said");

async function act(name, body) {
  const answer = await fetch(name, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const told = await answer.json();
  said.textContent = told.error ?? "Done.";
  await draw();
}

function cell(row, text, figure) {
  const made = row.insertCell();
  made.textContent = text;
  made.className = figure ? "figure" : "";
  return made;
}

const FIGURES = new Set(["Quantity", "Filled", "Price", "Bid", "Ask"]);

function head(table, names) {
  const row = table.createTHead().insertRow();
  for (const name of names) {
    const made = document.createElement("th");
    made.textContent = name;
    made.className = FIGURES.has(name) ? "figure" : "";
    row.append(made);
  }
}

function button(into, text, what) {
  const made = document.createElement("button");
  made.textContent = text;
  made.addEventListener("click", what);
  into.append(made);
}

function orders(rows) {
  const table = document.createElement("table");
  head(table, ["Order", "Client id", "Side", "Symbol", "Quantity", "Filled", "Type", "Price", "Status", ""]);
  const body = table.createTBody();
  for (const order of [...rows].reverse()) {
    const row = body.insertRow();
    for (const name of ["id", "client_order_id", "side", "symbol"]) cell(row, order[name]);
    for (const name of ["quantity", "filled"]) cell(row, order[name], true);
    cell(row, order.order_type);
    cell(row, order.price === "0" ? "" : order.price, true);
    cell(row, order.status);
    const acts = cell(row, "");
    if (order.status === "WORKING") {
      button(acts, "Fill", () => act("fill", { order: order.id }));
      for (const how of ["reject", "cancel", "expire"]) button(acts, how[0].toUpperCase() + how.slice(1), () => act("end", { order: order.id, how }));
    }
  }
  return table;
}

function prices(quotes) {
  const table = document.getElementById("prices");
  table.replaceChildren();
  head(table, ["Symbol", "Bid", "Ask", ""]);
  const body = table.createTBody();
  for (const [symbol, quote] of Object.entries(quotes)) {
    const row = body.insertRow();
    cell(row, symbol);
    cell(row, quote.bid, true);
    cell(row, quote.ask, true);
    const acts = cell(row, "");
    for (const [text, factor] of [["−1 %", 0.99], ["+1 %", 1.01]]) {
      button(acts, text, () => act("quote", { symbol, bid: (quote.bid * factor).toFixed(2), ask: (quote.ask * factor).toFixed(2) }));
    }
  }
}

async function draw() {
  const books = await (await fetch("books")).json();
  document.getElementById("name").textContent = `of ${books.twin}`;
  prices(books.quotes);
  const parts = Object.entries(books.accounts).map(([name, book]) => {
    const part = document.createElement("section");
    const title = document.createElement("h2");
    title.textContent = `Account ${name}`;
    const held = document.createElement("p");
    held.className = "quiet";
    const figures = [...Object.entries(book.cash).map(([currency, amount]) => `${amount} ${currency}`), ...Object.entries(book.positions).map(([symbol, quantity]) => `${quantity} ${symbol}`)];
    held.textContent = figures.join(" · ");
    const wide = document.createElement("div");
    wide.className = "wide";
    wide.append(orders(book.orders));
    part.append(title, held, wide);
    return part;
  });
  document.getElementById("accounts").replaceChildren(...parts);
}

for (const made of document.querySelectorAll("button[data-act]")) {
  made.addEventListener("click", () => act(made.dataset.act, { seconds: made.dataset.seconds }));
}
document.getElementById("mishap").addEventListener("change", (event) => {
  const mishap = event.target.value;
  const seconds = mishap === "late" ? 5 : 1;
  void act("mishaps", { mishaps: mishap ? [{ mishap, seconds }] : [] });
});
setInterval(() => {
  if (!document.activeElement || document.activeElement.tagName !== "BUTTON") void draw();
}, 1000);
void draw();
