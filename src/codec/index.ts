export { planCompression, partName, type CompressionPlan } from './compression.js';
export { decryptStage } from './decrypt.js';
export { KeyError, type DecryptionKeys } from './decrypt-header.js';
export { encryptStage } from './encrypt.js';
export { identitiesOf } from './identities.js';
export { keysOf } from './keys.js';
export { describeEncryption, encryptionOf } from './recipients.js';
