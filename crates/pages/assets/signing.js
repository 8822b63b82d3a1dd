// Asks the browser for a passkey before its form is sent: a signature over data-challenge by one of data-credentials, or a
// new key. Fills the answer into the form's hidden fields. Values are base64url. Sends nothing itself.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const sign = async ({ challenge, credentials }) => {
  const allowCredentials = credentials
    .split(" ")
    .filter(Boolean)
    .map((id) => ({ type: "public-key", id: toBytes(id) }));
  const made = await navigator.credentials.get({
    publicKey: { challenge: toBytes(challenge), allowCredentials, userVerification: "required" },
  });
  const { authenticatorData, clientDataJSON, signature } = made.response;
  return {
    credential: toText(made.rawId),
    authenticator_data: toText(authenticatorData),
    client_data: toText(clientDataJSON),
    signature: toText(signature),
  };
};

// Nobody checks what a new key signs: it counts for nothing before officers let it in by its public half.
const make = async ({ party, user, name }) => {
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { id: party, name: "Bluezone" },
      user: { id: toBytes(user), name, displayName: name },
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      authenticatorSelection: { userVerification: "required" },
    },
  });
  return { credential: toText(made.rawId), public_key: toText(made.response.getPublicKey()) };
};

for (const place of document.querySelectorAll("[data-sign]")) {
  const form = place.closest("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = place.querySelector("[role=status]");
    said.textContent = "";
    try {
      const answer = await (place.dataset.sign === "get" ? sign : make)(place.dataset);
      for (const [name, value] of Object.entries(answer)) form.elements[name].value = value;
      form.submit();
    } catch {
      said.textContent = place.dataset.failed;
    }
  });
}
