/** The most frequent surnames, and compound ones. */
const SURNAMES =
  '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺'.split(
    '',
  );
const COMPOUND = [
  '欧阳',
  '上官',
  '司马',
  '诸葛',
  '皇甫',
  '尉迟',
  '公孙',
  '慕容',
  '令狐',
  '长孙',
  '司徒',
  '东方',
  '夏侯',
  '南宫',
];

const surname = `(?:${COMPOUND.join('|')}|[${[...new Set(SURNAMES)].join('')}])`;
/** Any Han character: given names are not restricted further. */
const HAN = '\\p{Script=Han}';

/** Labels before a name, separated from it by a colon or blanks; it ends at a character that is not Han, or at one of `NEXT`. */
const LABELS =
  '患者姓名|病人姓名|患儿姓名|姓名|患者|病人|家属|家属姓名|监护人|联系人|紧急联系人|陪护人?|医师|医生|主治医师|主管医师|经治医师|住院医师|主任医师|接诊医生|签名|签字|医师签名|家属签字|护士|责任护士|父亲|母亲|丈夫|妻子|配偶';
const NEXT = '性别|年龄|民族|职业|电话|联系|身份|出生|住址|地址|科室|床号|日期|时间|签字|签名|男|女|与|之';

/** `姓名：王小明`, `主治医师 李静 `; not `患者：头痛`, as in a dialogue. */
export const LABELLED_NAME = new RegExp(
  `(?:${LABELS})(?:[:：][ \\t\u3000]*|[ \\t\u3000]+)(?<value>${surname}${HAN}{1,2}?)(?=(?:${NEXT})|[^${'\\p{Script=Han}'}]|$)`,
  'gu',
);

/** `患者王小明，男`, `患儿李某明 3 岁`: what follows shows that it is a person. */
export const INTRODUCED_NAME = new RegExp(
  `(?:患者|病人|患儿|产妇|孕妇|伤者|死者)(?<value>${surname}${HAN}{1,2}?)(?=[,，、;；（( \\t]*(?:男|女|\\d{1,3}[ ]?(?:周?岁|个?月|天)))`,
  'gu',
);

/** `王小明医生`, `请李静主任`: after the beginning of a clause or a few verbs. */
export const TITLED_NAME = new RegExp(
  `(?:^|[,，。;；:：、\\s]|请|由|经|遵|找|与)(?<value>${surname}${HAN}{1,2})(?=(?:主任|副主任|主治|住院)?(?:医师|医生|大夫|护士长|教授))`,
  'gu',
);

/** Words that begin like a name but are not one. */
const WORDS =
  /^(?:谢|应在|应由|原主|向主|向本|于[术约本我外手今昨当入此]|高血|高热|高烧|高龄|高度|高危|高脂|高糖|高尿|高钾|高钠|黄疸|黄染|黄色|白带|白色|白血|白细|水肿|万一|方便|方面|任何|何时|何种|何处|常规|常见|常有|常年|安静|安全|温度|项目|文化|成人|成年|全身|全部|全科|全天|时间|时有|时而|来诊|来院|来自|华侨|石膏|史无|左侧|左手|左下|左上|左肺|左肾|左眼|左耳|左膝|左足|向左|向右|向前|施行|施术|盛夏|应该|应当|和家|和谐|包括|包块|马上|关节|关于|计划|连续|明显|明日|原因|原发|原有|原籍|简单|简要|官能|宁夏|都有|都是|习惯|保持|保守|解剖|解除|强烈|强直|谈话|封闭|金属|雷同|康复|武警|单纯|单侧|车祸|通过|平素|能否|易怒|易激|甘油|花粉|冷汗|商人|老年|青年|中年|儿童|知情|同意|拒绝|签字|签名|男性|女性|无名|本人|某)/u;

/** Whether what looks like a name is one, and not yet made anonymous. */
export const isName = (value: string): boolean => !WORDS.test(value) && !/某|[×*＊]/u.test(value);
