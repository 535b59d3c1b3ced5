/** A photo as small as it can be and still be read: at most 2000 pixels and 1 MB, without what the camera wrote into it. */

const EDGE = 2000;
const SMALL_EDGE = 1400;
const MOST_BYTES = 2 ** 20;
const QUALITIES = [0.82, 0.7, 0.55] as const;

/** A file as it will be sent; null when this browser cannot draw the picture. Papers stay as they are. */
export async function shrink(file: Blob): Promise<Blob | null> {
  if (file.type === "application/pdf") return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    try {
      return await small_enough(picture);
    } finally {
      picture.close();
    }
  } catch {
    return null;
  }
}

async function small_enough(picture: ImageBitmap): Promise<Blob> {
  let made = await draw(picture, EDGE, QUALITIES[0]);
  for (const quality of QUALITIES.slice(1)) if (made.size > MOST_BYTES) made = await draw(picture, EDGE, quality);
  return made.size > MOST_BYTES ? draw(picture, SMALL_EDGE, QUALITIES[2]) : made;
}

/** On white, since JPEG knows no transparency. Drawing and packing happen outside the page's own thread where the browser can. */
async function draw(picture: ImageBitmap, edge: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}
