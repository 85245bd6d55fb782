/*
 * lido_sample.c - writes one invented LIDO 1.0 record, valid against the schema, of about a wanted size.
 *
 * The same seed, number and version always give the same bytes. Every record has exactly one inventory
 * number, one preferred title, one actor with dates, one production and three measurements; the rest of the
 * wanted size is filled with what large real records are full of: description, subjects in three languages,
 * image addresses. Tests: tests/unit/support/test_provider.c.
 */
#include <string.h>

#include "tests/support/provider/source.h"

/*
 * From this wanted size on a record has every part. Below it goes without description, subjects, images,
 * place and classification, as records of small exports do; about 3,600 bytes is the least.
 */
#define FULL_BYTES 5200
#define LEAN_BYTES 3600

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define LIDO_URI "http://terminology.lido-schema.org/"

struct kind {
	const char *set, *work, *genre, *support, *technique, *role;
};

static const struct kind kinds[] = {
	{ "peinture", "tableau", "peinture", "toile", "peinture à l'huile", "peintre" },
	{ "dessin", "dessin", "dessin", "papier vergé", "lavis d'encre brune", "dessinateur" },
	{ "estampe", "estampe", "estampe", "papier", "eau-forte", "graveur" },
	{ "ceramique", "assiette", "céramique", "faïence", "décor de petit feu", "faïencier" },
	{ "numismatique", "médaille", "numismatique", "bronze", "fonte", "médailleur" },
	{ "photographie", "photographie", "photographie", "papier albuminé", "tirage", "photographe" },
};

static const char *const families[] = {
	"Aubrelin",   "Bassompin",   "Carvaillon", "Desmarques", "Esclarmonde", "Fontbrune", "Garrissac",
	"Hautecombe", "Issartel",    "Jolivard",   "Kermorin",   "Lavergnat",   "Maubreuil", "Noirétable",
	"Oradier",    "Peyrelongue", "Quérigaut",  "Rocheblanc", "Saintamour",  "Tournebise"
};
static const char *const givens[] = { "Adèle",   "Barthélemy", "Célestine", "Désiré",
				      "Étienne", "Félicité",   "Gaspard",   "Honorine",
				      "Isidore", "Joséphine",  "Léonce",    "Mathurin" };
static const char *const heads[] = { "Vue",    "Étude",     "Souvenir", "Fragment",
				     "Projet", "Allégorie", "Fête",     "Retour" };
static const char *const middles[] = { "du port",           "de la vallée",  "du vieux marché",
				       "d'une jeune femme", "de la moisson", "du pont suspendu",
				       "des remparts",      "d'un orage" };
static const char *const tails[] = { "au matin",        "en hiver",         "après la pluie",
				     "d'après nature",  "au clair de lune", "vu de la rive droite",
				     "un jour de foire" };
static const char *const towns[] = { "Valombreuse", "Saint-Aurillac",   "Montferrand-le-Vieux",
				     "Beaucombe",   "Port-Sainte-Luce", "Aigueperche" };
static const char *const subjects[][3] = {
	{ "paysage", "landscape", "Landschaft" },
	{ "rivière", "river", "Fluss" },
	{ "portrait", "portrait", "Bildnis" },
	{ "architecture", "architecture", "Architektur" },
	{ "marché", "market", "Markt" },
	{ "animal domestique", "domestic animal", "Haustier" },
	{ "instrument de musique", "musical instrument", "Musikinstrument" },
	{ "scène de genre", "genre scene", "Genreszene" },
};
static const char *const sentences[] = {
	"Au premier plan, un groupe de trois figures se détache sur un fond de feuillages sombres. ",
	"La lumière vient de la gauche & souligne les volumes sans dureté. ",
	"Le revers porte une étiquette ancienne, en partie arrachée. ",
	"L'œuvre a figuré dans l'ancienne salle du conseil jusqu'à la réouverture du musée. ",
	"On reconnaît à droite la tour de l'horloge, détruite par l'incendie de 1871. ",
	"Une réplique de dimensions réduites (moins de < 20 cm) est signalée dans l'inventaire de 1902. ",
};

/* splitmix64: a few instructions a value, good enough for test data */
static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t state_of(uint64_t seed, size_t number)
{
	uint64_t s = seed ^ (uint64_t)number * UINT64_C(0xd1342543de82ef95);

	(void)next(&s);
	return s;
}

static const struct kind *kind_of(uint64_t seed, size_t number)
{
	uint64_t s = state_of(seed, number);

	return &kinds[next(&s) % COUNT(kinds)];
}

const char *pv_sample_set(uint64_t seed, size_t number)
{
	return kind_of(seed, number)->set;
}

const char *pv_sample_nth_set(size_t n)
{
	return n < COUNT(kinds) ? kinds[n].set : NULL;
}

static void pick(struct pv_text *out, uint64_t *s, const char *const *list, size_t n)
{
	pv_text_puts(out, list[next(s) % n]);
}

static void classification(struct pv_text *out, const struct kind *kind, bool full)
{
	pv_text_printf(
		out,
		"<lido:objectClassificationWrap><lido:objectWorkTypeWrap><lido:objectWorkType><lido:term "
		"xml:lang=\"fr\">%s</lido:term></lido:objectWorkType></lido:objectWorkTypeWrap>",
		kind->work);
	if (full)
		pv_text_printf(
			out,
			"<lido:classificationWrap><lido:classification lido:type=\"domaine\"><lido:term>%s"
			"</lido:term></lido:classification></lido:classificationWrap>",
			kind->genre);
	pv_text_puts(out, "</lido:objectClassificationWrap>");
}

static void title(struct pv_text *out, uint64_t *s)
{
	pv_text_puts(out, "<lido:titleWrap><lido:titleSet><lido:appellationValue lido:pref=\"preferred\">");
	pick(out, s, heads, COUNT(heads));
	pv_text_puts(out, " ");
	pick(out, s, middles, COUNT(middles));
	pv_text_puts(out, " ");
	pick(out, s, tails, COUNT(tails));
	pv_text_puts(out, "</lido:appellationValue></lido:titleSet></lido:titleWrap>");
}

/* Year, lot and piece, as museums number: unique for every number of record. */
static void inventory(struct pv_text *out, size_t number)
{
	size_t i = number - 1;

	pv_text_printf(out, "%zu.%zu.%zu", 1850 + i / 1000, i % 1000 / 25 + 1, i % 25 + 1);
}

static void repository(struct pv_text *out, size_t number)
{
	pv_text_puts(out,
		     "<lido:repositoryWrap><lido:repositorySet lido:type=\"current\"><lido:repositoryName>"
		     "<lido:legalBodyID lido:type=\"museofile\">M9870</lido:legalBodyID><lido:legalBodyName>"
		     "<lido:appellationValue>musée d'Essai</lido:appellationValue></lido:legalBodyName>"
		     "</lido:repositoryName><lido:workID lido:type=\"Inventory number\">");
	inventory(out, number);
	pv_text_puts(out, "</lido:workID></lido:repositorySet></lido:repositoryWrap>");
}

static void description(struct pv_text *out, uint64_t *s, size_t bytes)
{
	size_t end = out->len + bytes;

	pv_text_puts(out,
		     "<lido:objectDescriptionWrap><lido:objectDescriptionSet><lido:descriptiveNoteValue>");
	do
		pv_text_xml(out, sentences[next(s) % COUNT(sentences)]);
	while (out->len < end && !out->failed);
	pv_text_puts(out,
		     "</lido:descriptiveNoteValue></lido:objectDescriptionSet></lido:objectDescriptionWrap>");
}

static void measurements(struct pv_text *out, uint64_t *s)
{
	static const char *const names[] = { "hauteur", "largeur", "profondeur" };

	pv_text_puts(out,
		     "<lido:objectMeasurementsWrap><lido:objectMeasurementsSet><lido:objectMeasurements>");
	for (size_t i = 0; i < COUNT(names); i++)
		pv_text_printf(out,
			       "<lido:measurementsSet><lido:measurementType>%s</lido:measurementType>"
			       "<lido:measurementUnit>cm</lido:measurementUnit><lido:measurementValue>%u.%u"
			       "</lido:measurementValue></lido:measurementsSet>",
			       names[i], 1 + (unsigned)(next(s) % (i == 2 ? 9 : 180)),
			       (unsigned)(next(s) % 10));
	pv_text_puts(out,
		     "</lido:objectMeasurements></lido:objectMeasurementsSet></lido:objectMeasurementsWrap>");
}

static void actor(struct pv_text *out, uint64_t *s, unsigned born, const char *role)
{
	pv_text_puts(out,
		     "<lido:eventActor><lido:actorInRole><lido:actor lido:type=\"person\"><lido:nameActorSet>"
		     "<lido:appellationValue lido:pref=\"preferred\">");
	pick(out, s, families, COUNT(families));
	pv_text_puts(out, ", ");
	pick(out, s, givens, COUNT(givens));
	pv_text_printf(
		out,
		"</lido:appellationValue></lido:nameActorSet><lido:vitalDatesActor><lido:earliestDate>%u"
		"</lido:earliestDate><lido:latestDate>%u</lido:latestDate></lido:vitalDatesActor></"
		"lido:actor>"
		"<lido:roleActor><lido:term>%s</lido:term></lido:roleActor></lido:actorInRole>"
		"</lido:eventActor>",
		born, born + 40 + (unsigned)(next(s) % 45), role);
}

static void production(struct pv_text *out, uint64_t *s, const struct kind *kind, unsigned version, bool full)
{
	unsigned born = 1600 + (unsigned)(next(s) % 280), made = born + 22 + (unsigned)(next(s) % 18);

	pv_text_puts(out, "<lido:eventWrap><lido:eventSet><lido:event><lido:eventType><lido:conceptID "
			  "lido:type=\"URI\"> " LIDO_URI "lido00007 </lido:conceptID><lido:term>Production"
			  "</lido:term></lido:eventType>");
	actor(out, s, born, kind->role);
	made += version - 1;
	pv_text_printf(
		out,
		"<lido:eventDate><lido:displayDate>%u</lido:displayDate><lido:date><lido:earliestDate>%u"
		"</lido:earliestDate><lido:latestDate>%u</lido:latestDate></lido:date></lido:eventDate>",
		made, made, made);
	if (full) {
		pv_text_puts(out, "<lido:eventPlace><lido:displayPlace>");
		pick(out, s, towns, COUNT(towns));
		pv_text_puts(out, "</lido:displayPlace></lido:eventPlace>");
	}
	pv_text_printf(
		out,
		"<lido:eventMaterialsTech><lido:materialsTech>"
		"<lido:termMaterialsTech lido:type=\"material\"><lido:term>%s</lido:term>"
		"</lido:termMaterialsTech><lido:termMaterialsTech lido:type=\"technique\"><lido:term>%s"
		"</lido:term></lido:termMaterialsTech></lido:materialsTech></lido:eventMaterialsTech>"
		"</lido:event></lido:eventSet></lido:eventWrap>",
		kind->support, kind->technique);
}

/* Subjects in three languages until the document has grown to `end`. */
static void relations(struct pv_text *out, uint64_t *s, size_t end)
{
	pv_text_puts(out, "<lido:objectRelationWrap><lido:subjectWrap>");
	do {
		size_t n = next(s) % COUNT(subjects);

		pv_text_printf(
			out,
			"<lido:subjectSet><lido:subject><lido:subjectConcept><lido:conceptID "
			"lido:type=\"URI\">http://vocab.example/sujet/%zu</lido:conceptID>"
			"<lido:term xml:lang=\"fr\">%s</lido:term><lido:term xml:lang=\"en\">%s</lido:term>"
			"<lido:term xml:lang=\"de\">%s</lido:term></lido:subjectConcept></lido:subject>"
			"</lido:subjectSet>",
			n, subjects[n][0], subjects[n][1], subjects[n][2]);
	} while (out->len < end && !out->failed);
	pv_text_puts(out, "</lido:subjectWrap></lido:objectRelationWrap>");
}

static void images(struct pv_text *out, size_t number, size_t count)
{
	pv_text_puts(out, "<lido:resourceWrap>");
	for (size_t i = 1; i <= count; i++)
		pv_text_printf(
			out,
			"<lido:resourceSet><lido:resourceID lido:type=\"local\">%zu-%zu</lido:resourceID>"
			"<lido:resourceRepresentation lido:type=\"image_master\"><lido:linkResource>"
			"https://images.example/%zu/%zu.jpg</lido:linkResource></lido:resourceRepresentation>"
			"<lido:rightsResource><lido:creditLine>© musée d'Essai</lido:creditLine>"
			"</lido:rightsResource></lido:resourceSet>",
			number, i, number, i);
	pv_text_puts(out, "</lido:resourceWrap>");
}

static void administration(struct pv_text *out, size_t number, size_t n_images)
{
	pv_text_printf(
		out,
		"<lido:administrativeMetadata xml:lang=\"fr\"><lido:recordWrap><lido:recordID "
		"lido:type=\"local\">%zu</lido:recordID><lido:recordType><lido:term>objet</lido:term>"
		"</lido:recordType><lido:recordSource><lido:legalBodyName><lido:appellationValue>musée "
		"d'Essai"
		"</lido:appellationValue></lido:legalBodyName></lido:recordSource><lido:recordInfoSet>"
		"<lido:recordInfoLink>https://collections.example/%zu</lido:recordInfoLink>"
		"</lido:recordInfoSet></lido:recordWrap>",
		number, number);
	if (n_images)
		images(out, number, n_images);
	pv_text_puts(out, "</lido:administrativeMetadata></lido:lido>");
}

void pv_sample_lido(const struct pv_sample *sample, struct pv_text *out)
{
	const struct kind *kind = kind_of(sample->seed, sample->number);
	uint64_t s = state_of(sample->seed, sample->number);
	bool full = sample->bytes >= FULL_BYTES;
	size_t least = full ? FULL_BYTES : LEAN_BYTES,
	       more = sample->bytes > least ? sample->bytes - least : 0;
	size_t start = out->len, n_images = full ? 1 + sample->bytes / 4000 : 0, tail = 620 + n_images * 330;

	pv_text_puts(out, "<lido:lido xmlns:lido=\"http://www.lido-schema.org\"");
	if (full)
		pv_text_puts(out, " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
				  "xsi:schemaLocation=\"http://www.lido-schema.org "
				  "http://www.lido-schema.org/schema/v1.0/lido-v1.0.xsd\"");
	pv_text_printf(out,
		       "><lido:lidoRecID lido:type=\"local\">%zu</lido:lidoRecID>"
		       "<lido:descriptiveMetadata xml:lang=\"fr\">",
		       sample->number);
	classification(out, kind, full);
	pv_text_puts(out, "<lido:objectIdentificationWrap>");
	title(out, &s);
	repository(out, sample->number);
	if (full || more)
		description(out, &s, full ? more / 2 : more);
	measurements(out, &s);
	pv_text_puts(out, "</lido:objectIdentificationWrap>");
	production(out, &s, kind, sample->version, full);
	if (full)
		relations(out, &s, sample->bytes > tail ? start + sample->bytes - tail : 0);
	pv_text_puts(out, "</lido:descriptiveMetadata>");
	administration(out, sample->number, n_images);
}
