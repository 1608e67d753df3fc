export { planCompression, partName, type CompressionPlan } from './compression.js';
export { DigestMeter } from './digest.js';
export { encryptStage } from './encrypt.js';
export { encryptionOf } from './recipients.js';
