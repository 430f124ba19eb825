import { EXIT, UserError } from '../ground/errors.ts';
import { type Parsed, text } from '../ground/parameters.ts';

/** Options by which the pages of a server offer sign-in by an OpenID provider. */
export const OPENID = {
  publicUrl: text({
    placeholder: 'url',
    summary: {
      en: 'URL under which browsers reach the server, if behind a proxy (default: the listening address)',
      zh: '浏览器访问服务器的地址（经反向代理时填写，默认为监听地址）',
    },
  }),
  openidIssuer: text({
    placeholder: 'url',
    summary: { en: 'OpenID provider for signing in', zh: '用于登录的 OpenID 提供方' },
  }),
  openidClient: text({
    placeholder: 'id',
    summary: { en: 'client id of this server at the provider', zh: '本服务器在提供方的客户端 id' },
  }),
  openidSecretFile: text({
    placeholder: 'file',
    summary: {
      en: 'file with the client secret of this server (default: CHINESEBLUE_OPENID_SECRET)',
      zh: '客户端密钥文件（默认 CHINESEBLUE_OPENID_SECRET）',
    },
  }),
};

/** The settings of sign-in from the options. Throws a UserError: `openid-incomplete`, `bad-issuer`, `bad-public-url`. */
export async function openIdOf({
  publicUrl,
  openidIssuer,
  openidClient,
  openidSecretFile,
}: Partial<Parsed<typeof OPENID>>) {
  if (publicUrl !== undefined && !(/^https?:\/\//.test(publicUrl) && URL.canParse(publicUrl)))
    throw badPublicUrl(publicUrl);
  if (openidIssuer === undefined && openidClient === undefined) return { publicUrl };
  if (openidIssuer === undefined || openidClient === undefined) throw incomplete();
  const { createOpenId } = await import('../server/openid.ts');
  const { readTextFile } = await import('../ground/files.ts');
  const secret =
    openidSecretFile === undefined
      ? process.env.CHINESEBLUE_OPENID_SECRET
      : await readTextFile(openidSecretFile);
  const clientSecret = secret?.trim() || undefined;
  return { publicUrl, openid: createOpenId({ issuer: openidIssuer, clientId: openidClient, clientSecret }) };
}

const badPublicUrl = (url: string): UserError =>
  new UserError(
    'bad-public-url',
    { en: `"${url}" is not a server address`, zh: `“${url}”不是服务器地址` },
    { hint: { en: 'Write it as https://HOST.', zh: '格式为 https://主机。' }, exitCode: EXIT.usage },
  );

const incomplete = (): UserError =>
  new UserError(
    'openid-incomplete',
    {
      en: '--openid-issuer and --openid-client must be given together',
      zh: '--openid-issuer 与 --openid-client 须同时给出',
    },
    {
      hint: {
        en: 'Register the server at the provider, with PUBLIC-URL/sign-in/openid/return as redirect URI.',
        zh: '请在提供方登记本服务器，回调地址为 公开地址/sign-in/openid/return。',
      },
      exitCode: EXIT.usage,
    },
  );
