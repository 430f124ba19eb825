import { EXIT, UserError } from '../../ground/errors.ts';
import { type CommandSpec, listOption } from '../command.ts';
import { textOption } from '../options.ts';

export const exportCommand: CommandSpec = {
  name: 'export',
  summary: {
    en: 'write a BERT as a Hugging Face folder with ONNX files, for Python and for browsers',
    zh: '将 BERT 导出为带 ONNX 文件的 Hugging Face 目录，供 Python 与浏览器加载',
  },
  operands: '<dir>',
  options: [
    { flags: '--out <dir>', summary: { en: 'the folder to make', zh: '输出目录' } },
    {
      flags: '--dtype <list>',
      summary: {
        en: 'of the ONNX files: fp32 (onnx/model.onnx), int8 (onnx/model_quantized.onnx)',
        zh: '精度：fp32（onnx/model.onnx）、int8（onnx/model_quantized.onnx）',
      },
      default: 'fp32,int8',
    },
  ],
  examples: [
    'chineseblue export my-model --out my-model-onnx',
    'chineseblue export cbert --dtype int8 --out cbert-int8',
  ],
  async run({ operands, options, terminal }) {
    const { DTYPES } = await import('../../encoders/inference/export.ts');
    const { exportModel } = await import('../../models/bert/export.ts');
    const out = textOption(options, 'out');
    const asked = listOption(textOption(options, 'dtype'));
    const dtypes = DTYPES.filter((dtype) => asked.includes(dtype));
    const unknown = asked.find((name) => !DTYPES.some((dtype) => dtype === name));
    if (unknown !== undefined || dtypes.length === 0) {
      throw new UserError('bad-option', `--dtype is ${DTYPES.join(', ')} or both, not "${unknown ?? ''}"`, {
        field: 'dtype',
        exitCode: EXIT.usage,
      });
    }
    const { architecture, files } = await exportModel(operands[0], out, dtypes);
    if (terminal.json) return terminal.printJson({ out, architecture, files });
    terminal.print(
      terminal.say({
        en: `${out}: ${architecture} with ${files.join(', ')}`,
        zh: `${out}：${architecture}，含 ${files.join('、')}`,
      }),
    );
  },
};
