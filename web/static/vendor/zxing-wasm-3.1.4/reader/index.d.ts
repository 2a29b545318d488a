// What js/features/scan/reader_worker.js uses of the reader.
export interface ReadResult {
  text: string;
  isValid: boolean;
}
export function prepareZXingModule(options: { overrides?: object; fireImmediately?: boolean }): Promise<unknown>;
export function readBarcodes(image: ImageData | Blob, options?: object): Promise<ReadResult[]>;
