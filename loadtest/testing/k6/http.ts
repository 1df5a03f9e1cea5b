type Parameters = { headers: Record<string, string> };

async function asyncRequest(method: string, url: string, body: string | null, { headers }: Parameters) {
  try {
    const answer = await fetch(url, { method, headers, ...(body !== null && { body }) });
    return { status: answer.status, body: await answer.text() };
  } catch {
    return { status: 0, body: null };
  }
}

export default { asyncRequest };
