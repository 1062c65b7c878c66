/// The words, one meaning a line.
///
/// Adding a word here is all it takes.
enum LexiconTables {
    static let motifs = """
        sun:sun sunny sunshine sunrise sunset sonne sonnig morning morgen dawn summer sommer 太陽 日 شمس الشمس
        moon:moon mond moonlight vollmond night nacht midnight mitternacht 月 夜 قمر القمر
        star:star stars stern sterne universe weltall galaxy galaxie 星 نجمة
        cloud:cloud clouds wolke wolken fog nebel mist himmel sky 雲 空 cloudy
        drop:rain raindrop drop regen tropfen water wasser tear tears träne tränen blood blut 雨 水 涙 sweat droplet
        mountain:mountain mountains berg berge hill hügel alps alpen volcano vulkan 山
        tree:tree trees baum bäume forest wald oak eiche park 木 森 شجرة deciduous evergreen palm
        flower:flower flowers blume blumen rose rosen tulip tulpe garden garten blossom blüte daisy spring frühling 花 زهرة وردة \
        bouquet
        leaf:leaf leaves blatt blätter autumn herbst plant pflanze grass gras 葉 herb maple
        fish:fish fische fisch shark hai salmon lachs aquarium herring hering 魚 سمكة سمك
        whale:whale wal wale ocean ozean
        bird:bird birds vogel vögel crow krähe raven rabe gull möwe dove taube sparrow spatz fly fliegen swan schwan 鳥 طائر eagle
        cat:cat cats katze katzen kitten kater 猫 tiger lion löwe
        dog:dog dogs hund hunde puppy wolf fox fuchs 犬
        horse:horse horses pferd pferde unicorn einhorn pony 馬
        balloon:balloon balloons ballon luftballon luftballons
        ghost:ghost ghosts geist geister gespenst
        frog:frog frogs frosch frösche 蛙
        elephant:elephant elephants elefant elefanten
        butterfly:butterfly butterflies schmetterling schmetterlinge moth falter 蝶
        snake:snake schlange dragon drache worm wurm
        hand:hand hands hände finger fingers touch wave greeting hello hallo 手 يد
        eye:eye eyes auge augen see sehen look blick watch gaze vision 目 عين
        face:face head gesicht kopf mother mutter father vater man mann woman frau child kind kinder girl boy mädchen junge \
        people 人 顔 dada
        person:dance dancing tanz tanzen dancer tänzer tänzerin run walk jump angel engel queen robot roboter
        mouth:mouth lips mund lippen kiss kuss laugh lachen smile sing singen song lied voice stimme scream schrei 口
        heart:heart hearts herz herzen love liebe lieben beloved 心 愛 قلب حب
        house:house home haus häuser heim zuhause village dorf hütte city stadt 家 بيت
        castle:castle schloss burg castles tower turm palace palast king könig
        window:window windows fenster room zimmer 窓
        door:door tür tor gate 門
        ladder:ladder leiter stairs treppe
        key:key keys schlüssel lock schloß secret geheimnis 鍵
        cup:cup cups mug tasse tassen becher coffee kaffee tea tee café beverage 茶
        bottle:bottle flasche flaschen wine wein milk milch beer bier glass glas
        spoon:spoon löffel fork gabel knife messer soup suppe kitchen küche dinner essen
        chair:chair chairs stuhl stühle table tisch seat sessel
        wheel:wheel wheels rad räder machine maschine engine gear motor cog zahnrad factory fabrik
        bicycle:bicycle bike fahrrad velo
        boat:boat ship boot schiff boats sail segel sailing harbour hafen sea meer 船 海 بحر
        train:train zug bahn eisenbahn railway station bahnhof tram
        car:car auto cars wagen taxi truck bus
        rocket:rocket rakete space spaceship raumschiff astronaut
        plane:plane aeroplane airplane flugzeug flight flug
        book:book books buch bücher read lesen story geschichte poem gedicht poetry word words wort worte wörter library 本 dictionary
        letter:letter envelope brief post mail message nachricht 手紙
        clock:clock watch uhr time zeit hour stunde minute clocks oclock
        crown:crown krone prince prinz princess prinzessin queen königin
        umbrella:umbrella umbrellas schirm regenschirm 傘
        shoe:shoe shoes schuh schuhe boots stiefel foot fuß
        hat:hat hut hats hüte magician zauberer bowler
        apple:apple apples apfel äpfel fruit frucht obst pear birne orange
        egg:egg eggs ei eier 卵
        mushroom:mushroom pilz mushrooms pilze
        scissors:scissors schere cut cutup schneiden collage paper papier knife dada
        bell:bell glocke bells glocken alarm
        violin:violin geige guitar gitarre cello music musik melody melodie concert konzert orchestra orchester note 音楽
        bulb:lamp light lampe licht bulb glühbirne electric idea idee lantern laterne candle kerze
        flame:fire flame feuer flamme burning burn brennen heat 火 spark
        snowflake:snow schnee snowflake ice eis frost winter 雪
        glasses:glasses brille spectacles sunglasses
        telephone:telephone phone telefon handy call anruf
        """

    static let colours = """
        red:red rot rote roter rotes roten scarlet crimson vermilion 赤 أحمر
        blue:blue blau blaue blauer blaues blauen azure cobalt 青 أزرق
        green:green grün grüne grüner grünes grünen 緑 أخضر
        yellow:yellow gelb gelbe gelber gelbes gelben lemon zitrone 黄 أصفر
        orange:orange orangen tangerine
        pink:pink rosa 桃 cherry
        violet:violet purple lila violett violette violetten lavender 紫
        brown:brown braun braune brauner braunen chocolate schokolade
        black:black schwarz schwarze schwarzer schwarzes schwarzen 黒 أسود
        white:white weiß weiße weißer weißes weißen 白 أبيض
        grey:grey gray grau graue grauer graues grauen silver silber silbern
        gold:gold golden goldene goldener goldenen
        turquoise:turquoise türkis teal cyan
        """

    static let moods = """
        joy:joy happy happiness fun party birthday feast laugh laughing play dance circus froh fröhlich glück glücklich freude \
        fest feier \
        lachen spielen geburtstag zirkus funny bunt colourful colorful jubel candy kinder children sing face
        calm:calm quiet silence silent still soft peace rest sleep slow gentle tea garden ruhe ruhig stille leise frieden schlaf \
        schlafen \
        langsam sanft schweigen sit breathe lake see pond teich
        dark:dark death dead grief sad sorrow lonely fear ghost shadow night midnight black cry lost grave dunkel tod tot trauer traurig \
        angst geist schatten nacht einsam schwarz weinen verloren grab krieg sterben 夜
        wild:wild war anger angry scream noise storm loud revolution riot explosion fire burning chaos fight wut wütend schrei \
        lärm sturm \
        laut krieg feuer kampf brennen explodiert volcano dada thunder
        cold:cold winter ice snow frost frozen blue north kalt kälte eis schnee gefroren norden glacier gletscher 雪
        warm:warm summer sun autumn honey bread love heart kiss home sommer sonne herbst honig brot liebe herz kuss gold orange 愛 \
        قلب حب
        dream:dream dreams magic moon star angel fairy cloud sleepwalker traum träume träumen zauber mond stern engel fee wolke \
        märchen \
        universe unicorn einhorn 夢 月 star
        machine:machine robot city factory engine electric metal computer train wheel steel traffic maschine roboter stadt fabrik motor \
        elektrisch metall zug rad stahl verkehr number data gear
        """

    static let places = """
        sea:sea ocean beach wave waves coast harbour island lake river fish boat ship sail whale meer ozean strand welle wellen \
        küste hafen \
        insel see fluss fisch boot schiff 海 بحر
        city:city town street berlin paris london tokyo hamburg zürich factory tower traffic station stadt straße gasse fabrik turm \
        bahnhof house haus häuser window 町
        forest:forest wood woods tree jungle wald bäume baum dschungel fox fuchs wolf mushroom 森
        mountain:mountain mountains hill alps volcano berg berge hügel alpen vulkan gipfel summit 山
        sky:sky space star moon planet universe cloud wind himmel weltall stern mond wolke 空 星
        room:room kitchen table chair bed lamp window zimmer küche tisch stuhl bett lampe fenster
        desert:desert sand camel wüste dune düne
        garden:garden flower meadow field park garten blume wiese feld 花
        """

    /// Words that mean the thing in one language only, by what they are in the other.
    static let notGerman: Set = ["hat", "see", "war", "fly", "rate", "note", "orange"]
    static let notEnglish: Set = [
        "hut", "brief", "kind", "rot", "tot", "rad", "stern", "boot", "wal", "tor", "bank", "gift", "wand", "ton",
    ]

    static let numbers = """
        1:one eins
        2:two zwei
        3:three drei
        4:four vier
        5:five fünf
        6:six sechs
        7:seven sieben
        8:eight acht
        9:nine neun
        10:ten zehn
        12:twelve zwölf
        13:thirteen dreizehn
        100:hundred hundert
        1000:thousand tausend
        """
}
