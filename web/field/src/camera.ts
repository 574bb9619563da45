// The page's own camera, where the platform has none to offer: a live picture and a still at full size.

/** Opens the camera at the back. Rejects where there is none or it is not allowed. */
export function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices) return Promise.reject(new Error('no camera'));
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 3840 }, height: { ideal: 2160 } },
  });
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** The still as the sensor gives it where the browser can, else the frame that is shown. */
export async function takePhoto(stream: MediaStream, video: HTMLVideoElement): Promise<Blob> {
  const track = stream.getVideoTracks()[0];
  if (track && 'ImageCapture' in globalThis) {
    try {
      return await new ImageCapture(track).takePhoto();
    } catch {
      // Some phones offer it and then refuse: the frame is still there.
    }
  }
  return frameOf(video);
}

const JPEG_QUALITY = 0.92;

function frameOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error('no picture')));
    canvas.toBlob(done, 'image/jpeg', JPEG_QUALITY);
  });
}
