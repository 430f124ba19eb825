import type { Task } from '../task.ts';
import { CHIPCDEE } from './CHIP-CDEE.ts';
import { CHIPCDN } from './CHIP-CDN.ts';
import { CHIPCTC } from './CHIP-CTC.ts';
import { CHIPMDCFNPC } from './CHIP-MDCFNPC.ts';
import { CHIPSTS } from './CHIP-STS.ts';
import { CMedCausal } from './CMedCausal.ts';
import { CMeEE } from './CMeEE.ts';
import { CMeEEV2 } from './CMeEE-V2.ts';
import { CMeIE } from './CMeIE.ts';
import { CMeIEV2 } from './CMeIE-V2.ts';
import { IMCSV2DAC } from './IMCS-V2-DAC.ts';
import { IMCSV2MRG } from './IMCS-V2-MRG.ts';
import { IMCSV2NER } from './IMCS-V2-NER.ts';
import { IMCSV2SR } from './IMCS-V2-SR.ts';
import { KUAKEIR } from './KUAKE-IR.ts';
import { KUAKEQIC } from './KUAKE-QIC.ts';
import { KUAKEQQR } from './KUAKE-QQR.ts';
import { KUAKEQTR } from './KUAKE-QTR.ts';
import { MedDG } from './MedDG.ts';
import { Text2DT } from './Text2DT.ts';

/** The tasks of CBLUE, those of the first version whose files differ last. */
export const cblueTasks: readonly Task[] = [
  CMeEEV2,
  CMeIEV2,
  CHIPCDN,
  CHIPCDEE,
  CMedCausal,
  CHIPCTC,
  CHIPSTS,
  CHIPMDCFNPC,
  KUAKEQIC,
  KUAKEQTR,
  KUAKEQQR,
  KUAKEIR,
  IMCSV2NER,
  IMCSV2DAC,
  IMCSV2SR,
  IMCSV2MRG,
  MedDG,
  Text2DT,
  CMeEE,
  CMeIE,
];
