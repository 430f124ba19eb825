import type { ExpectedFile, Identity } from '../../fetch/identity.ts';
import type { SplitName, Task } from '../../tasks/task.ts';
import { cmddBlobs } from './cmdd-blobs.ts';

/** A file of the official release: facts about bytes, no content; size and SHA-256 where somebody could fetch it. */
export interface OfficialFile extends ExpectedFile {
  /** Below the data directory, as in the release: `cMedQQ/train.txt`. */
  readonly path: string;
  readonly gitBlob: string;
}

/** The URL of the files of the release: `<address>/<path>`. */
export const OFFICIAL_ADDRESS = 'https://raw.githubusercontent.com/alibaba-research/ChineseBLUE/master/data';

type Row = readonly [path: string, gitBlob: string, bytes?: number, sha256?: string];

const rows: readonly Row[] = [
  ['ChineseBLUE.tar.gz', '3e6a7794c31e3b869d3e4198c48a36beb64eab31'],
  [
    'cEHRNER/cEHRNER.tar.gz',
    '58c3165634f1176559142a415411545b876de190',
    1043336,
    '83e0510dbcf01d565cecc84ec42128685c1b99f42db5386647bfabbb37fe3d6c',
  ],
  [
    'cEHRNER/dev.json',
    '9ba03ef833e162e47cad7ad56be14f826b89c3fc',
    99672,
    'd1d91cbf3807e5faa9b5c0fa057614640f1246b72820410e283c0c87d048bab6',
  ],
  [
    'cEHRNER/dev.txt',
    '09e58dcc5351ee404d75ea76cedf56546a342255',
    146826,
    '42cff6d858966a426b360316fb211a4d20e4bdae7d7cffe0c66e8e213917fc2a',
  ],
  [
    'cEHRNER/test.json',
    '93330b4f4d6c5bfd0118a813f8ae0edb9ea8b180',
    85708,
    '03734da2b600b6134f54c0ec09ae18b00338dc561c76411101b74af836ebb6bd',
  ],
  [
    'cEHRNER/test.txt',
    'b5338fdbf60a9294e16b486b5ecf4ebeef2d7b8a',
    128662,
    'ee5338fd5aadcdd67ca44d9b35ae9c76dfd5ff1bb5816c4d4b0de16bd137f7fe',
  ],
  [
    'cEHRNER/train.json',
    '25e388558d33ef4b770f1607a8194bfee6ada54b',
    2099220,
    '6b7cf54ef45f4169e36eb05bfbb50673ab341f44d0d3d1c9d0a1de0d0c1ea648',
  ],
  [
    'cEHRNER/train.txt',
    '7dec204e298ec5b9e739659202b082ab57ceb5f1',
    3028481,
    'd2a3cd125186ac74e2ce7105b84e79636f9a0b516e3b89a972233d27eb33bfb7',
  ],
  [
    'cMedIC/cMedIC.tar.gz',
    '17af9c6545d258c51ea6608ce9eedfbab6f7857a',
    30013,
    '0d84f5256f1d09dedde12709404c3723bb5128546a035544ee1fa4f570623560',
  ],
  [
    'cMedIC/dev.txt',
    '384f510ff81d45a0f946d6e10b2a22ac1713159b',
    4000,
    '3a36985bd5b748abcadf397407eb9e88b4922796e8f916b42718aaf080fd56e2',
  ],
  [
    'cMedIC/test.txt',
    '5e19d9e5b89570745b7da55caf09f52642018098',
    2668,
    '12d2529e7bce924abbaa7bc079bbfd3fd564cf03ff55f9c1e3e32e7ac4ba57f7',
  ],
  [
    'cMedIC/train.txt',
    'de87cf419e4ca7f9b994361ce6f274f3fd25a075',
    54635,
    '680c440781162c14527d018a8851b09ee512700700a54d69a027fa4d9f8093ab',
  ],
  ['cMedIR/cMedIR.tar.gz', 'd83272598e1d6710c59f123626095086a6a0d63e'],
  [
    'cMedIR/dev.json',
    '43b1e69976c27b83659995b9a6534f68b73cbecf',
    3619956,
    '99014dca7525aae126da6e9066fa860be94cc337053c7c2d67dc6dba87021af5',
  ],
  [
    'cMedIR/test.json',
    '29c2cf626c7b015db313d1d454b78280a3e0dbe5',
    3619732,
    '321477fe8132ed9b72490d0236e084a564b62dd244b9d79ffa2da5ffb6396d2d',
  ],
  ['cMedIR/train.json', 'de92510f0f7f4629f34bd63a94598f40c4749d99'],
  ['cMedQA/cMedQA.tar.gz', '14ee834fb210d7bd442f6682fcc52bdffb9928bb'],
  [
    'cMedQA/dev.txt',
    '74b96d3dfdbf7ac4128dfde287ee76ecce560365',
    2423475,
    'eeb974e3ecec4eb9f9f3834ac2d5844cb91d10aadf52811c2d096d9bfc15868c',
  ],
  [
    'cMedQA/test.txt',
    'f90a9d35b3ab8b3322329b64076ca3d530f23236',
    2720648,
    '0fc0769ee9d99abcaeade4ffae70a0980dd8a4a3d9f0a4fb861b4934292a1578',
  ],
  ['cMedQA/train.txt', '478a0805b7561924cb0c917f7687217a2acdbb2c'],
  [
    'cMedQANER/cMedQANER.tar.gz',
    '5a81dc16954a3e810f1c29039f413dd03733abb7',
    839899,
    'add1b22c01cfdd3f816351a4838a9d6279b9400fa265468273a42ccdfa437b77',
  ],
  [
    'cMedQANER/dev.json',
    '16bdf9dbda5e30998f8fc4d8acae36cac8bb66de',
    132714,
    '56e94f7ff7f4bb81365c4cc70b63a7edc32d7db6cdd8abdb7f1db1cd64854523',
  ],
  [
    'cMedQANER/dev.txt',
    '0f8479afe0600ec51ea4c963a078a4e6ed5c0938',
    109900,
    '24edab3aa8b7d8c45e638ad4a2e0437c09cbf4ea14d429fc5a4387f2e907f9d6',
  ],
  [
    'cMedQANER/test.json',
    '7f66e91a562b86bf484eed371520a94c9e8d14ef',
    170347,
    '06bdfa413e6d615c26460feb4a148c32e23320670279aac384cba7556e76a343',
  ],
  [
    'cMedQANER/test.txt',
    '3ad60e1e43b1ccce473c2a344d7054bf89742922',
    137164,
    '68975c9ce692c0d07fe7b2e17762191d2ca55048e6a23819b77de6f943109ffb',
  ],
  [
    'cMedQANER/train.json',
    '92c43733ba28a609ce3bd8b04302b3bddb34676d',
    1600639,
    '9f870d341433a921604fef9120a81a4f9b6027fee8acb13728610e033f0c09e1',
  ],
  [
    'cMedQANER/train.txt',
    '520503b7a6957be52ff4ccaecce44de1c9abfc6a',
    1294336,
    'f8fb2385e00b91c6062b3ced1fef730c07f793d5a20ed2f3631f96b96e9fd2b2',
  ],
  ['cMedQNLI/cMedQNLI.tar.gz', '9fbb0cf27369e50fc3d132a728e700f7fcdbc0d8'],
  ['cMedQNLI/dev.txt', 'abf1b5cc5a91b3610421a7c3ae2c65409c792d40'],
  ['cMedQNLI/test.txt', '45d983334f4f73be8d7ac4d448565793f8c6a4af'],
  ['cMedQNLI/train.txt', 'c12d3fdd8e2c636857213d98af62d13ac383e561'],
  [
    'cMedQQ/cMedQQ.tar.gz',
    '9138cf9dae02af74480773c2dd95328be697c9b1',
    500306,
    '5ea90be6d30016b86405f3f2019987d6f0a23d3595f156b5a4102f78201bbee8',
  ],
  [
    'cMedQQ/dev.txt',
    '84c8d1d3cd7fb1dd2c58ad04d61872bf68f8e384',
    149165,
    '1abdea1b2dc1159dddc7fab423197b60636e1a522377907fcdb56da3539550a2',
  ],
  [
    'cMedQQ/test.txt',
    'a1f97c30c0fedfbe97935fc453e0d7bafc810a35',
    162578,
    'b6801497a81b392fd1e431282c12cdd8e38c6e15f7ac223bdc0553b5cdd7720e',
  ],
  [
    'cMedQQ/train.txt',
    'e76dd44eca8b883ebcf0154cc4317c875f362195',
    1345090,
    '89ff92e6e909505df1cd5b66efe1f8bafb7c45b3760e39ef84c6346a34c8d8d4',
  ],
  [
    'cMedTC/cMedTC.tar.gz',
    '105571efa372f40666c0be04cd5f86c5db41ef6f',
    547674,
    'dbf255fb11f150173896c2b70d30fd89012031b883a5d18fb4572a0cf75e9366',
  ],
  [
    'cMedTC/dev.txt',
    'fb9eb9b040d0dc6402d414cf75dfd91a5b3263bf',
    132463,
    '9a552ce904275aec48cbd06313eceaddfc94461d0475c966cacfe0cae3030b4e',
  ],
  [
    'cMedTC/test.txt',
    '3118cc0fa555b0c76763a14727762fccf9db1efa',
    152203,
    'b38f3751bcd8560be5c5f5316b3cecc8e59d4a436246f9d8d5dc38479bbbe78c',
  ],
  [
    'cMedTC/train.txt',
    'c718551b7734d9dff5a1bd313490b9e896e181fb',
    1252894,
    '823806f1f4ee0ecbd14318f6ff72fc87580c9edccd5f4e73359c43291aaa277e',
  ],
];

const BLOB_BYTES = 20;

function* dialogues(): Generator<OfficialFile> {
  for (const [split, packed] of Object.entries(cmddBlobs)) {
    const bytes = Buffer.from(packed, 'base64');
    for (let number = 0; number * BLOB_BYTES < bytes.length; number++) {
      const gitBlob = bytes.toString('hex', number * BLOB_BYTES, (number + 1) * BLOB_BYTES);
      yield { path: `CMDD/${split}/${split}_${number}.json`, gitBlob };
    }
  }
}

/** Every file of the release, archives included. */
export const manifest: readonly OfficialFile[] = [
  ...rows.map(([path, gitBlob, bytes, sha256]) => ({ path, gitBlob, bytes, sha256 })),
  ...dialogues(),
];

/** The three directories of CMDD as one each, combined as `identifyDirectory` does. */
export const cmddSplits: Readonly<Record<SplitName, Identity>> = {
  train: {
    bytes: 12_809_449,
    sha256: '9769d89f342224cdbc3074590a9750b428a133f8a53b00da2cb3ba5ab207ae4e',
    gitBlob: '1a415ce172125e2f56133c3fcbd341eee138ef8d',
  },
  dev: {
    bytes: 3_889_716,
    sha256: '716a7f578b2b7874f643eb894bc0f9cd47959e755672d6d09f504b8e179255b3',
    gitBlob: '681d9242f2395912e7aa6d4dc26119ccba0e072d',
  },
  test: {
    bytes: 3_923_635,
    sha256: 'a8cc2fce8f1726761f001084779cc4ffa004608a370605941a6b9f5bd743a4f6',
    gitBlob: '63a523f217eed2e592692e154d72c1207e3f7a6a',
  },
};

/** The official files that a task reads, in both formats, without archives; none for tasks that were never released. */
export function officialFiles(task: Task): readonly OfficialFile[] {
  const { folder, files, alternative } = task.corpus;
  const wanted = [...Object.values(files), ...Object.values(alternative?.files ?? {})].map(
    (file) => `${folder}/${file}`,
  );
  return manifest.filter(({ path }) => wanted.some((file) => path === file || path.startsWith(`${file}/`)));
}
