#include "cassets.h"
