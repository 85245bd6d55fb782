/*
 * model/field.c - see field.h. One row a field, sorted by code. Owners and policies: who is entitled to write
 * a field, and how several opinions become one value. POP's own book-keeping (history, flags, import ids) is
 * no field of the catalogue and does not appear.
 */
#include "harvester/model/field.h"

#include "harvester/base/text.h"

/* clang-format off */
const struct field fields[] = {
	/* code, label, multi, mandatory, owner, policy, thesaurus, dump column, position */
	{ "ADPT", "Ancien dépôt", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Ancien_depot", 2 },
	{ "APPL", "Appellation", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Appellation", 3 },
	{ "APTN", "Ancienne appartenance", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Ancienne_appartenance", 4 },
	{ "ATTR", "Anciennes attributions", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Ancienne_attribution", 5 },
	{ "AUTR", "Auteur", true, false, OWNER_HARMONISED, POLICY_RANKED, "th305", "Auteur", 6 },
	{ "BIBL", "Bibliographie", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Bibliographie", 7 },
	{ "COMM", "Commentaires", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Commentaires", 8 },
	{ "CONTACT", "Contact musée", false, false, OWNER_MUSEOFILE, POLICY_DERIVED, NULL, NULL, 0 },
	{ "CONTIENT_IMAGE", "Contient une image", false, false, OWNER_SYSTEM, POLICY_DERIVED, NULL, "Presence_image", 9 },
	{ "COOR", "Coordinateur", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "COPY", "Copyright notice", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "DACQ", "Date d’acquisition", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Date_d_acquisition", 10 },
	{ "DATA", "Artiste sous droits", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Artiste_sous_droits", 66 },
	{ "DATION", "Dation", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "DDPT", "Date de dépôt", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Date_de_depot", 11 },
	{ "DECV", "Découverte / collecte", false, false, OWNER_MUSEUM, POLICY_RANKED, "th292", "Decouverte_collecte", 12 },
	{ "DENO", "Dénomination", true, false, OWNER_HARMONISED, POLICY_RANKED, "th290", "Denomination", 13 },
	{ "DEPO", "Lieu de dépôt", true, false, OWNER_HARMONISED, POLICY_RANKED, "th306", "Lieu_de_depot", 14 },
	{ "DESC", "Description", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Description", 15 },
	{ "DESY", "Date création avant 1995", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "DIFFU", "Diffusion", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "DIMS", "Mesures", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Mesures", 16 },
	{ "DMAJ", "Date de mise à jour", false, false, OWNER_SYSTEM, POLICY_DERIVED, NULL, "Date_de_mise_a_jour", 17 },
	{ "DMIS", "Date de création", false, false, OWNER_SYSTEM, POLICY_DERIVED, NULL, "Date_creation", 18 },
	{ "DOMN", "Domaine", true, true, OWNER_HARMONISED, POLICY_RANKED, "th294", "Domaine", 19 },
	{ "DPT", "Département", false, false, OWNER_MUSEOFILE, POLICY_DERIVED, NULL, "Departement", 21 },
	{ "DREP", "Date sujet représenté", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Date_sujet_represente", 22 },
	{ "ECOL", "École-pays", true, false, OWNER_HARMONISED, POLICY_RANKED, "th295", "Ecole_pays", 23 },
	{ "EPOQ", "Époque", true, false, OWNER_MUSEUM, POLICY_RANKED, "th289", "Epoque", 24 },
	{ "ETAT", "État du bien", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "EXPO", "Exposition", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Exposition", 25 },
	{ "GENE", "Genèse", true, false, OWNER_MUSEUM, POLICY_RANKED, "th298", "Genese", 26 },
	{ "GEOHI", "Lieu historique", true, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Geographie_historique", 27 },
	{ "HIST", "Historique", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "IMAGE", "Image", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "IMG", "Adresse image", true, false, OWNER_MUSEUM, POLICY_UNION, NULL, NULL, 0 },
	{ "INSC", "Inscriptions", true, false, OWNER_MUSEUM, POLICY_RANKED, "th288", "Inscription", 28 },
	{ "INV", "Numéro d’inventaire", false, true, OWNER_MUSEUM, POLICY_RANKED, NULL, "Numero_inventaire", 29 },
	{ "LABEL", "Appellation musée de France", false, false, OWNER_SYSTEM, POLICY_DERIVED, NULL, "Appellation_Musee_de_France", 30 },
	{ "LABO", "Laboratoire", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "LARC", "Lien base Arcade", false, false, OWNER_CURATOR, POLICY_PROTECTED, NULL, "Lien_base_Arcade", 31 },
	{ "LIEUX", "Lieu de création/utilisation", true, false, OWNER_MUSEUM, POLICY_RANKED, "th284", "Lieu_de_creation_utilisation", 32 },
	{ "LOCA", "Localisation", false, false, OWNER_HARMONISED, POLICY_RANKED, "th306", "Localisation", 33 },
	{ "LOCA2", "Pays-region-ville", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "LOCA3", "Date d'entrée dans le domaine public", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Date_entree_dans_le_domaine_public", 67 },
	{ "LVID", "Lien Vidéo", false, false, OWNER_SHARED, POLICY_UNION, NULL, "Lien_Video", 35 },
	{ "MANQUANT", "Situation particulière (manquant, volé)", true, false, OWNER_SHARED, POLICY_PROTECTED, NULL, "Manquant", 36 },
	{ "MANQUANT_COM", "Situation particulière : commentaire", false, false, OWNER_SHARED, POLICY_PROTECTED, NULL, "Manquant commentaires", 37 },
	{ "MILL", "Millésime de création", true, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Millesime_de_creation", 38 },
	{ "MILU", "Millésime d’utilisation", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Millesime_d_utilisation", 39 },
	{ "MOSA", "Mosaïque", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "MSGCOM", "Lien commande photo", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "MUSEO", "Code Muséofile", false, true, OWNER_MUSEUM, POLICY_RANKED, NULL, "Code_Museofile", 40 },
	{ "NOMOFF", "Nom du musée", false, false, OWNER_MUSEOFILE, POLICY_DERIVED, NULL, "Nom_officiel_musee", 41 },
	{ "NSDA", "Genre", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Genre", 42 },
	{ "ONOM", "Onomastique", true, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Onomastique", 43 },
	{ "PAUT", "Précision auteur", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Precisions_sur_l_auteur", 44 },
	{ "PDAT", "Précision datation", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "PDEC", "Précisions découverte", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Precisions_decouverte_collecte", 45 },
	{ "PEOC", "Période de l’original copié", true, false, OWNER_HARMONISED, POLICY_RANKED, "th287", "Periode_de_l_original_copie", 46 },
	{ "PERI", "Période de création", true, false, OWNER_HARMONISED, POLICY_RANKED, "th287", "Periode_de_creation", 47 },
	{ "PERU", "Période d’utilisation", true, false, OWNER_HARMONISED, POLICY_RANKED, "th287", "Periode_d_utilisation", 48 },
	{ "PHOT", "Crédits photos", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "PINS", "Précisions inscriptions", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Precisions_inscriptions", 49 },
	{ "PLIEUX", "Précisions lieu création", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Precisions_lieux_creations", 50 },
	{ "POP_COORDONNEES", "Coordonnées", false, false, OWNER_MUSEOFILE, POLICY_DERIVED, NULL, "coordonnees", 65 },
	{ "PREP", "Précisions sujet représenté", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Precisions_sujets_representes", 51 },
	{ "PUTI", "Précisions utilisation", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Precisions_utilisation", 52 },
	{ "RANG", "Rang", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "REDA", "Rédacteur", true, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "REF", "Référence", false, true, OWNER_MUSEUM, POLICY_RANKED, NULL, "Reference", 1 },
	{ "REFIM", "Référence image", false, false, OWNER_MUSEUM, POLICY_UNION, NULL, NULL, 0 },
	{ "REFMEM", "Références Mémoire liées", true, false, OWNER_CURATOR, POLICY_PROTECTED, NULL, "References_Memoires", 53 },
	{ "REFMER", "Références Mérimée liées", true, false, OWNER_CURATOR, POLICY_PROTECTED, NULL, "References_Merimee", 54 },
	{ "REFMIS", "Référence MAJ", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Reference_MAJ", 55 },
	{ "REFPAL", "Références Palissy liées", true, false, OWNER_CURATOR, POLICY_PROTECTED, NULL, "References_Palissy", 56 },
	{ "REGION", "Région", false, false, OWNER_MUSEOFILE, POLICY_DERIVED, NULL, "Region", 20 },
	{ "REPR", "Sujet représenté", true, false, OWNER_MUSEUM, POLICY_RANKED, "th285", "Sujet_Represente", 57 },
	{ "RETIF", "Lien INHA", false, false, OWNER_CURATOR, POLICY_PROTECTED, NULL, "Lien_INHA", 58 },
	{ "SREP", "Source représentation", true, false, OWNER_MUSEUM, POLICY_RANKED, "th286", "Source_de_la_representation", 59 },
	{ "STAT", "Statut juridique", true, true, OWNER_HARMONISED, POLICY_RANKED, "th306", "Statut_juridique", 60 },
	{ "TECH", "Matériaux - techniques", true, false, OWNER_MUSEUM, POLICY_RANKED, "th291", "Materiaux_techniques", 61 },
	{ "TICO", "Titre courant", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "TITR", "Titre", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, "Titre", 62 },
	{ "TOUT", "Recherche sur tout", false, false, OWNER_MUSEUM, POLICY_RANKED, NULL, NULL, 0 },
	{ "UTIL", "Utilisation / Destination", true, false, OWNER_MUSEUM, POLICY_RANKED, "th304", "Utilisation", 63 },
	{ "VIDEO", "Affichage image", true, false, OWNER_CURATOR, POLICY_PROTECTED, NULL, NULL, 0 },
	{ "VILLE_M", "Ville", false, false, OWNER_MUSEOFILE, POLICY_DERIVED, NULL, "Ville", 34 },
	{ "WWW", "Lien site associé", true, false, OWNER_SHARED, POLICY_UNION, NULL, "Lien_site_associe", 64 },
};
/* clang-format on */
const size_t n_fields = HV_LEN(fields);

_Static_assert(HV_LEN(fields) <= FIELD_MAX, "FIELD_MAX is too small");

int field_find(struct str code)
{
	size_t low = 0, high = n_fields;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int c = str_cmp(code, str_of(fields[middle].code));

		if (c == 0)
			return (int)middle;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

const char *field_nearest(struct str code)
{
	const char *names[HV_LEN(fields)];

	for (size_t i = 0; i < n_fields; i++)
		names[i] = fields[i].code;
	return text_nearest(code, names, n_fields);
}

bool field_is_target(field_id id)
{
	return fields[id].policy != POLICY_DERIVED && fields[id].policy != POLICY_PROTECTED &&
	       strcmp(fields[id].code, "REF") != 0;
}

void field_dump_order(field_id ret[DUMP_COLUMNS])
{
	for (size_t i = 0; i < n_fields; i++)
		if (fields[i].position > 0)
			ret[fields[i].position - 1] = (field_id)i;
}
