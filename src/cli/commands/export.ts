import type { Dtype } from '../../encoders/inference/export.ts';
import { list, text } from '../../ground/parameters.ts';
import { defineCommand } from '../command.ts';

export const exportCommand = defineCommand({
  name: 'export',
  summary: {
    en: 'write an encoder as a Hugging Face folder with ONNX files, for Python and browsers',
    zh: '将编码器导出为带 ONNX 文件的 Hugging Face 目录，供 Python 与浏览器加载',
  },
  operands: '<dir>',
  options: {
    out: text({
      required: true,
      placeholder: 'dir',
      summary: { en: 'the folder to write', zh: '输出目录' },
    }),
    dtype: list<Dtype>({
      required: true,
      choices: ['fp32', 'int8'],
      default: ['fp32', 'int8'],
      summary: {
        en: 'precisions of the ONNX files, one file each',
        zh: '各 ONNX 文件的精度，每种一个文件',
      },
    }),
  },
  examples: [
    'chineseblue export my-model --out my-model-onnx',
    'chineseblue export cbert --dtype int8 --out cbert-int8',
  ],
  async run({ operands, options: { out, dtype }, terminal }) {
    const { exportModel } = await import('../../models/bert/export.ts');
    const { architecture, files } = await exportModel(operands[0], out, dtype);
    if (terminal.json) return terminal.printJson({ out, architecture, files });
    terminal.print(
      terminal.say({
        en: `${out}: ${architecture} with ${files.join(', ')}`,
        zh: `${out}：${architecture}，含 ${files.join('、')}`,
      }),
    );
  },
});
