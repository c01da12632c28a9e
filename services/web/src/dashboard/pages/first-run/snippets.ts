/** A new id for the example, so that everybody's first event is their own. */
export const exampleId = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes]
    .map((byte, i) => (i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, '0'))
    .join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

const header = (key: string): string => (key === '' ? '' : ` \\\n  -H 'authorization: Bearer ${key}'`);

function post(address: string, key: string, body: object): string {
  return `curl -s ${address} -H 'content-type: application/json'${header(key)} -d '\n  ${JSON.stringify(body, null, 2).replaceAll('\n', '\n  ')}'`;
}

/** Tells about a picture. */
export function curlFor(here: string, key: string, id: string): string {
  return post(`${here}/api/analytics/generation`, key, {
    generation_id: id,
    prompt: 'a lighthouse at dawn, oil on canvas',
    engine: 'flux-pro',
    success: true,
    response_time: 3.5,
    cost: 0.08,
    revenue: 0.096,
  });
}

/** Rates it. */
export function rateCurl(here: string, key: string, id: string): string {
  return post(`${here}/api/analytics/rate`, key, {
    generation_id: id,
    rating: 5,
    quality_score: 95,
    tags: ['colors'],
    feedback: 'Amazing quality!',
  });
}

/** The widget on a page. */
export function widgetSnippet(here: string, key: string): string {
  const attributes = key === '' ? '' : ` data-key="${key}"`;
  return `<link rel="stylesheet" href="${here}/static/rating-system.css">
<script src="${here}/static/rating-system.js"${attributes}></script>
<script>
  // after a picture was made
  ratingSystem.showRatingModal(generationId, imageUrl);
  // when somebody downloads it
  ratingSystem.trackAction(generationId, 'download');
</script>`;
}
