// Asks the device for a new passkey (data-passkey="create") or for a signature by one ("get"), and sends the form with what
// it answered. data-begin is where the server says what to ask for, or data-options says it at once. Without this script, or on a device without passkeys,
// the form stays hidden: everything else works.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const named = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

/** A new passkey, as JSON with bytes in base64url. `options` as the server gave them. */
export async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    },
  });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    extensions: {},
    response: {
      attestationObject: text(made.response.attestationObject),
      clientDataJSON: text(made.response.clientDataJSON),
    },
  };
}

/** A signature by a passkey, in the same form. */
export async function get(options) {
  const signed = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: named(options.allowCredentials),
    },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = signed.response;
  return {
    id: signed.id,
    rawId: text(signed.rawId),
    type: signed.type,
    extensions: {},
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle && text(userHandle),
    },
  };
}

/** What the server asks for: options for the device, and a ticket to send back where it gave one. */
async function begin(form) {
  if (form.dataset.options) return { options: JSON.parse(form.dataset.options) };
  const fields = new URLSearchParams({ csrf: form.elements.csrf.value });
  const username = document.getElementById(form.dataset.username ?? "")?.value;
  if (username) fields.set("username", username);
  const answer = await fetch(form.dataset.begin, { method: "POST", body: fields });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.json();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.closest("[data-passkey-place]").hidden = false;
  const said = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      const { ticket, options } = await begin(form);
      const answer = await (form.dataset.passkey === "create" ? create(options) : get(options));
      if (ticket) form.elements.ticket.value = ticket;
      form.elements.answer.value = JSON.stringify(answer);
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
    }
  });
}
