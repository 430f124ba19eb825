/** Hand-written words for the templates: common medical terms, not taken from a corpus. */

const list = (words: string): readonly string[] => words.trim().split(/\s+/);

export const diseases = list(`
  高血压 糖尿病 冠心病 肺炎 胃炎 乙肝 支气管炎 哮喘 肾结石 胆囊炎 阑尾炎 甲亢 痛风 贫血 湿疹 荨麻疹 鼻炎 咽炎
  扁桃体炎 中耳炎 结膜炎 白内障 青光眼 颈椎病 腰椎间盘突出 骨质疏松 类风湿性关节炎 前列腺炎 尿路感染 子宫肌瘤
  卵巢囊肿 乳腺增生 盆腔炎 宫颈糜烂 胃溃疡 十二指肠溃疡 结肠炎 脂肪肝 肝硬化 胰腺炎 偏头痛 癫痫 脑梗死
  帕金森病 抑郁症 失眠症 带状疱疹 银屑病 痤疮 手足口病 心肌炎 肾小球肾炎 食管炎 疝气 滑膜炎`);

export const symptoms = list(`
  发热 咳嗽 头痛 头晕 恶心 呕吐 腹痛 腹泻 便秘 胸闷 胸痛 心悸 乏力 水肿 皮疹 瘙痒 流鼻涕 鼻塞 咽痛 耳鸣
  尿频 尿急 血尿 便血 腰痛 关节痛 麻木 抽搐 盗汗 食欲不振 消瘦 黄疸 呼吸困难 气短 嗜睡 失眠 反酸 腹胀`);

export const bodyParts = list(`
  胃 肝 肾 心脏 肺 头部 腹部 胸部 腰部 膝关节 颈部 咽喉 鼻腔 眼睛 耳朵 皮肤 子宫 卵巢 乳房 前列腺 膀胱
  胆囊 胰腺 结肠 直肠 食管 甲状腺 脊柱 手指 足底 肩部 右下腹 左上肢`);

export const drugs = list(`
  阿司匹林 布洛芬 头孢克肟 阿莫西林 奥美拉唑 二甲双胍 胰岛素 硝苯地平 氨氯地平 美托洛尔 辛伐他汀 阿奇霉素
  左氧氟沙星 蒙脱石散 板蓝根颗粒 感冒灵 氯雷他定 地塞米松 泼尼松 甲硝唑 红霉素软膏 维生素C 钙片 益生菌
  六味地黄丸 逍遥丸 复方甘草片 对乙酰氨基酚 氯吡格雷 华法林`);

export const operations = list(`
  阑尾切除术 胆囊切除术 剖宫产术 子宫肌瘤剔除术 甲状腺次全切除术 冠状动脉搭桥术 白内障超声乳化术
  扁桃体摘除术 胃大部切除术 直肠癌根治术 椎间盘摘除术 前列腺电切术 卵巢囊肿剥除术 疝修补术 骨折内固定术`);

export const imaging = list(`
  胸部CT 头颅MRI 腹部B超 心脏彩超 腰椎X线 甲状腺彩超 盆腔MRI 胸片 钡餐造影 冠脉造影 乳腺钼靶 泌尿系CT`);

export const laboratory = list(`
  血常规 尿常规 肝功能 肾功能 血糖 血脂 糖化血红蛋白 白细胞 血红蛋白 肌酐 尿酸 甲胎蛋白 C反应蛋白 血沉 D二聚体`);

export const treatments = list(`
  输液治疗 手术治疗 物理治疗 针灸 推拿 化疗 放疗 中药调理 雾化治疗 激光治疗 热敷 康复锻炼 透析 心理疏导`);

export const tests = list(`
  血常规 尿常规 胃镜 肠镜 心电图 B超 CT 核磁共振 肝功能 乙肝五项 过敏原检测 骨密度 HIV抗体 脑电图`);

export const departments = list(`
  内科 外科 妇科 儿科 皮肤科 眼科 耳鼻喉科 消化内科 心内科 神经内科 骨科 泌尿外科 内分泌科 呼吸科`);

export const crowds = list(
  '孕妇 老年人 婴儿 儿童 青少年 产妇 更年期妇女 糖尿病人 中年男性 哺乳期妇女 新生儿 运动员',
);

export const features = list('遗传性 传染性 慢性 急性 良性 恶性 复发性 先天性 特发性 过敏性');

export const physiology = list('月经 排卵 怀孕 分娩 哺乳 发育 更年期 新陈代谢 消化 血液循环 免疫力');

export const times = list('三天 一周 两个月 半年 昨天晚上 前天 一年多 早上 饭后 最近几天 去年 两小时');

export const foods = list('鸡蛋 牛奶 海鲜 辣椒 香蕉 苹果 西瓜 蜂蜜 羊肉 豆浆 咖啡 绿茶 菠萝 花生');
