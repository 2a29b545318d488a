// What js/features/scan/reader_worker.js uses of the reader.
export interface ReadResult {
  text: string;
  isValid: boolean;
  position: Record<"topLeft" | "bottomRight", { x: number; y: number }>;
}
export function prepareZXingModule(options: { overrides?: object; fireImmediately?: boolean }): Promise<unknown>;
export function readBarcodes(image: ImageData | Blob, options?: object): Promise<ReadResult[]>;
